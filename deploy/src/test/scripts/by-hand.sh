# Installs the package on the copy of a machine that machine.sh makes, where no systemd runs, and runs
# what the unit says by hand. Says what it finds as FACT NAME=VALUE.
[ -e /run/copy ] || { echo "only for a copy of a machine: machine.sh makes one"; exit 1; }
fact() { echo "FACT $1=$2"; }
has() { if [ -e "$1" ]; then echo yes; else echo no; fi; }
unit() { sed -n "s/^$1=//p" /lib/systemd/system/admiral.service; }

# Without Java the package can be installed, and says what is missing, as does the program.
mkdir -p /opt
for folder in /usr/lib/jvm /opt; do mount -t tmpfs tmpfs "$folder"; done
dpkg -i /shared/admiral.deb 2>/run/said
fact install-without-java $?
fact install-said "$(grep -c 'admiral: there is no Java 25 or newer yet' /run/said)"
env -u JAVA_HOME admiral-server 2>/run/said
fact without-java-exit $?
fact without-java-said "$(cat /run/said)"
umount /usr/lib/jvm /opt

# What systemd would have given it.
install -d -m 700 /var/lib/private/admiral
ln -s private/admiral /var/lib/admiral
echo 18080 >/etc/admiral/credentials/ADMIRAL_HTTP_PORT
install -d -m 700 /run/credentials
for secret in /etc/admiral/credentials/*; do
  cp "$secret" "/run/credentials/admiral_${secret##*/}"
done
started=$(date +%s%N)
# shellcheck disable=SC2046 # words
CREDENTIALS_DIRECTORY=/run/credentials STATE_DIRECTORY=/var/lib/admiral $(unit ExecStart) &
server=$!
for _ in $(seq 600); do
  if admiral-fleet status >/run/status 2>&1; then break; fi
  read -rt 0.1 <> <(:) || true
done
admiral-fleet status 2>/run/said
fact status $?
fact status-complained "$(cat /run/said)"
admiral-fleet config check /etc/admiral/admiral.yaml
fact config-check $?
fact healthy-ms $((($(date +%s%N) - started) / 1000000))
fact credential "$(grep -c '"port":18080' /var/lib/admiral/endpoints.json)"
fact completion "$(bash -c '. /usr/share/bash-completion/completions/admiral-fleet; complete -p admiral-fleet' | grep -c admiral-fleet)"
fact man "$(man -w 8 admiral-server 1 admiral-fleet | wc -l)"
kill "$server"
wait "$server"
fact stop $?

dpkg -r admiral
fact remove $?
fact kept-data "$(has /var/lib/private/admiral/main.db)"
fact kept-credential "$(has /etc/admiral/credentials/ADMIRAL_HTTP_PORT)"
dpkg -P admiral
fact purge $?
fact left "$(has /var/lib/admiral)$(has /var/lib/private/admiral)$(has /etc/admiral)$(has /usr/lib/admiral)"
