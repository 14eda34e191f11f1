#!/bin/bash
# machine.sh MODE FOLDER SECONDS SCRIPT JAVA: runs FOLDER/SCRIPT as root on a copy of this machine that it
# can do no harm from, and that is gone afterwards: with a root whose every change goes to memory, and
# with processes, network and mounts of its own. FOLDER, as /shared, is all that both see. What the
# script prints goes to FOLDER/out, its exit code to FOLDER/exit. JAVA is the Java that is found there.
#
# MODE systemd boots systemd there, which runs the script as a service; plain runs the script alone.
# Exits with 77, saying why, if this machine cannot be copied.
#
# The copy ends after SECONDS at the latest, and before when whoever started this ends or closes its
# standard input, however that comes about: each process of the chain is killed with the one above it,
# and with the first process of the copy all others.
set -euo pipefail

inside() {
  set -euo pipefail
  local mode=$1 shared=$2 script=$3 java=$4 checkout=$5 root=/mnt/root
  trap 'echo "this machine lets nobody mount what a copy of it needs"; exit 77' ERR
  # Nothing that is mounted from here on is seen outside.
  mount --make-rprivate /
  mount -t tmpfs tmpfs /mnt
  mkdir /mnt/{upper,work,root}
  mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work "$root"
  if ! [ -s "$root/var/lib/dpkg/status" ]; then
    echo "this machine's /var is a file system of its own, which a copy would lack"
    exit 77
  fi
  for folder in tmp run root home var/tmp dev shared "${checkout#/}"; do
    mkdir -p "$root/$folder"
    mount -t tmpfs -o mode=755 tmpfs "$root/$folder"
  done
  mkdir -p "$root/usr/lib/jvm/tested"
  mount --bind "$java" "$root/usr/lib/jvm/tested"
  mount -o remount,bind,ro "$root/usr/lib/jvm/tested"
  chmod 1777 "$root/tmp" "$root/var/tmp"
  mkdir "$root"/dev/{shm,pts,mqueue,hugepages}
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mount -t proc proc "$root/proc"
  for file in sys sysrq-trigger; do
    [ -e "$root/proc/$file" ] || continue
    mount --bind "$root/proc/$file" "$root/proc/$file"
    mount -o remount,bind,ro "$root/proc/$file"
  done
  mount -t sysfs -o ro sysfs "$root/sys"
  mount --bind "$shared" "$root/shared"
  if [ "$mode" = systemd ]; then mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"; fi
  # The outer root is left for good.
  cd "$root"
  mkdir -p mnt/outer
  pivot_root . mnt/outer
  umount -l /mnt/outer
  cd /
  # Among the copy's own namespaces, as systemd hands credentials to a service that way.
  mount --make-rshared /
  trap - ERR
  # The scripts ask for it: run elsewhere they would do what they do to the machine itself.
  echo "$checkout" >/run/copy
  # Nobody reads manuals here, and to index them takes longer than the package's installation.
  rm -f /var/lib/man-db/auto-update
  local harmless=(setpriv --bounding-set "-sys_boot,-sys_module,-sys_time,-sys_rawio,-mknod,-syslog"
    --inh-caps "-all")
  if [ "$mode" = plain ]; then
    ip link set lo up
    exec "${harmless[@]}" bash -c "bash /shared/$script >/shared/out 2>&1; echo \$? >/shared/exit"
  fi
  # Only what a service needs: nothing that sets up devices, disks, users or the network of a machine.
  rm -rf /etc/systemd/system/*.wants /etc/systemd/system/*.requires /usr/sbin/policy-rc.d
  : >/etc/fstab
  for target in sysinit local-fs basic multi-user timers sockets; do
    rm -rf "/lib/systemd/system/$target.target.wants"
  done
  mkdir -p /lib/systemd/system/sockets.target.wants
  ln -s ../systemd-journald.socket /lib/systemd/system/sockets.target.wants/
  cat >/etc/systemd/system/command.service <<UNIT
[Unit]
Wants=sockets.target
After=sockets.target
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
ExecStart=/bin/bash -c 'bash /shared/$script >/shared/out 2>&1; echo \$\$? >/shared/exit'
UNIT
  exec env -i container=copy PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "${harmless[@]}" \
    /lib/systemd/systemd --unit=command.service --log-target=console --log-level=warning --show-status=no
}

cannot() {
  echo "$*"
  exit 77
}

checkout=$(cd "$(dirname "$0")/../../../.." && pwd)
mode=$1 shared=$(cd "$2" && pwd) seconds=$3 script=$4 java=$5
[ "$(id -u)" -eq 0 ] || cannot "only root can copy this machine"
for tool in dpkg unshare setpriv ip timeout; do
  command -v "$tool" >/dev/null || cannot "this machine has no $tool"
done
grep -q 'overlay$' /proc/filesystems || cannot "this machine cannot lay one file system over another"
namespaces=(--mount --pid --fork --kill-child --net --ipc --uts)
group=
if [ "$mode" = systemd ]; then
  [ -x /lib/systemd/systemd ] || cannot "this machine has no systemd"
  groups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
  [ -n "$groups" ] || cannot "this machine has no control groups of version 2"
  # Within our own, so that what bounds us bounds the copy.
  groups=$groups$(sed -n 's/^0:://p' /proc/self/cgroup)
  # What a run that was killed could not remove. A group that is in use cannot be removed.
  for group in "${groups%/}"/admiral-test-*; do
    if [ -d "$group" ] && ! kill -0 "${group##*-}" 2>/dev/null; then
      find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
    fi
  done
  # A subtree for the copy's systemd: what is above it, it does not see.
  group=${groups%/}/admiral-test-$$
  mkdir "$group" 2>/dev/null || cannot "no control group can be made here"
  namespaces+=(--cgroup)
fi
if ! unshare "${namespaces[@]}" true 2>/dev/null; then
  [ -z "$group" ] || rmdir "$group"
  cannot "this machine lets nobody make namespaces"
fi
export -f inside
exec 3<&0
(
  exec 3<&-
  if [ -n "$group" ]; then echo "$BASHPID" >"$group/cgroup.procs"; fi
  exec setpriv --pdeathsig TERM timeout --kill-after=1 "$seconds" \
    setpriv --pdeathsig KILL unshare "${namespaces[@]}" \
    bash -c 'inside "$@"' inside "$mode" "$shared" "$script" "$java" "$checkout"
) &
copy=$!
# Whoever started this holds the other end of standard input, and lets it go by ending.
setpriv --pdeathsig KILL bash -c 'while read -r _; do :; done; kill "$1"' watch "$copy" <&3 >/dev/null 2>&1 &
watch=$!
trap 'kill "$copy" 2>/dev/null || true' HUP INT TERM
rc=0
wait "$copy" || rc=$?
# A signal ends a wait, and not yet the copy.
if kill -0 "$copy" 2>/dev/null; then
  rc=0
  wait "$copy" || rc=$?
fi
kill "$watch" 2>/dev/null || true
if [ -n "$group" ]; then
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    find "$group" -depth -type d -exec rmdir {} + 2>/dev/null && break
    read -rt 0.2 <> <(:) || true
  done
fi
exit "$rc"
