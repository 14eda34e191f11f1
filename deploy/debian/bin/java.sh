# Read by admiral-server and admiral-fleet: finds Java, and names the libraries.

# Prints the major version of the Java in a folder, 0 if there is none. Reads a file: starts no JVM.
java_version() {
  version=
  if [ -x "$1/bin/java" ] && [ -f "$1/release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  fi
  printf '%s' "${version:-0}"
}

# Sets java: that of JAVA_HOME if it is new enough, else of the oldest sufficient one in the usual
# places. Exits with 78 if there is none.
find_java() {
  java=
  best=1000
  for folder in "${JAVA_HOME:-/nonexistent}" /usr/lib/jvm/* /opt/* /opt/java/*; do
    version=$(java_version "$folder")
    if [ "$version" -ge 25 ] && [ "$version" -lt "$best" ]; then
      java=$folder/bin/java
      best=$version
      if [ "$folder" = "${JAVA_HOME:-}" ]; then return; fi
    fi
  done
  if [ -z "$java" ]; then
    echo "${0##*/}: there is no Java 25 or newer: install one, for example Temurin 25, under" \
      "/usr/lib/jvm, or set JAVA_HOME to its folder (for the service, in /etc/admiral/admiral.env)." >&2
    exit 78
  fi
}

# Prints the class path, always in the same order.
class_path() {
  jars=
  for jar in /usr/lib/admiral/lib/*.jar; do jars=$jars:$jar; done
  printf '%s' "${jars#:}"
}
