# Installs the package on the copy of a machine that machine.sh makes, with systemd running, and says
# what it finds as NAME=VALUE. Each wait is bounded by the copy's own time.
[ -e /run/copy ] || { echo "only for a copy of a machine: machine.sh makes one"; exit 1; }
fact() { echo "FACT $1=$2"; }
has() { if [ -e "$1" ]; then echo yes; else echo no; fi; }
show() { systemctl show --value -p "$1" admiral.service; }
waited() { # until a command succeeds, for 60 s
  for _ in $(seq 600); do
    if "$@" >/dev/null 2>&1; then return; fi
    read -rt 0.1 <> <(:) || true
  done
}
named() { # what is named like the package, without logs and caches of others
  find / -xdev \( -path /proc -o -path /shared -o -path /sys \) -prune -o -iname '*admiral*' -print 2>/dev/null \
    | grep -v '^/var/log\|^/var/cache' | LC_ALL=C sort
}
is() { [ "$(show "$1")" = "$2" ]; }

fact checkout "$(ls -A "$(cat /run/copy)")"
named >/run/before
dpkg -i /shared/admiral.deb
fact install $?
fact active "$(systemctl is-active admiral.service)"
if ! systemctl --quiet is-active admiral.service; then
  journalctl --no-pager -o cat -u admiral.service
  exit 1
fi
fact enabled "$(systemctl is-enabled admiral.service)"
fact timer "$(systemctl is-active admiral-savings.timer)"
fact ready-ms $((($(show ActiveEnterTimestampMonotonic) - $(show ExecMainStartTimestampMonotonic)) / 1000))
fact status-text "$(show StatusText)"
admiral-fleet status
fact status $?
admiral-fleet complete "Name the largest moon of Saturn." >/dev/null
fact complete $?
pid=$(show MainPID)
fact user-is-root "$([ "$(stat -c %u "/proc/$pid")" = 0 ] && echo yes || echo no)"
fact capabilities "$(sed -n 's/^CapEff:\t//p' "/proc/$pid/status")"

# A secret that root alone may read reaches the service, and a changed one with the next start.
echo 18080 >/etc/admiral/credentials/ADMIRAL_HTTP_PORT
chmod 600 /etc/admiral/credentials/ADMIRAL_HTTP_PORT
systemctl restart admiral.service
fact credential "$(show StatusText)"
rm /etc/admiral/credentials/ADMIRAL_HTTP_PORT
systemctl restart admiral.service

# Encrypted, with a private key that root alone reads, certificates of clients, and the web's own port:
# by the pages that the package brings.
mkdir /run/tls
cd /run/tls || exit 1
grep -E '^(openssl|[a-z]+=")' /usr/share/doc/admiral/security.md | bash -e >/dev/null 2>&1
fact certificates $?
install -m 644 ca.crt server.crt agents.crt /etc/admiral/
for key in server agents; do install -m 600 "$key.key" "/etc/admiral/credentials/$key.key"; done
cp /etc/admiral/admiral.yaml /run/plain.yaml
cat >>/etc/admiral/admiral.yaml <<'YAML'
grpc:
  tls:
    cert_file: /etc/admiral/server.crt
    key_file: ${CREDENTIALS_DIRECTORY}/admiral_server.key
    client_ca_file: /etc/admiral/ca.crt
http:
  port: 443
YAML
mkdir -p /run/systemd/system/admiral.service.d /run/systemd/system/admiral-savings.service.d
page=/usr/share/doc/admiral/deploy.md
sed -n '/^# low-port.conf/,/^```$/{/^```$/d;p}' "$page" >/run/systemd/system/admiral.service.d/low-port.conf
sed -n '/^# tls.conf/,/^```$/{/^```$/d;p}' "$page" >/run/systemd/system/admiral-savings.service.d/tls.conf
systemctl daemon-reload
# What systemd-run makes of the line in the page: itself it needs a bus, which a copy has not.
printf '[Service]\nType=oneshot\nLoadCredential=admiral:/etc/admiral/credentials\nExecStart=/usr/bin/%s\n' \
  "$(sed -n 's/^  \(admiral-server .*--check-config\)$/\1/p' "$page")" >/run/systemd/system/check.service
systemctl daemon-reload
systemctl start check.service
fact checked $?
rm /run/systemd/system/check.service
systemctl restart admiral.service
fact encrypted "$(show StatusText)"
fact encrypted-capabilities "$(sed -n 's/^CapEff:\t//p' "/proc/$(show MainPID)/status")"
admiral-fleet status --address localhost:50051 --ca ca.crt --cert agents.crt --cert-key agents.key
fact encrypted-status $?
systemctl start admiral-savings.service
fact encrypted-report $?
rm -r /run/systemd/system/admiral.service.d /run/systemd/system/admiral-savings.service.d
rm /etc/admiral/*.crt /etc/admiral/credentials/*.key /var/lib/admiral/reports/*
cp /run/plain.yaml /etc/admiral/admiral.yaml
systemctl daemon-reload
systemctl restart admiral.service
cd /

# The report, by the unit that the timer starts.
systemctl start admiral-savings.service
fact report $?
fact report-page "$(head -n 1 "/var/lib/admiral/reports/$(date -u -d yesterday +%F).md")"

# A second server finds the ports taken.
ADMIRAL_DATA_DIR=/tmp/second timeout 60 admiral-server
fact second-exit $?

# A server that is stuck is replaced.
mkdir -p /run/systemd/system/admiral.service.d
printf '[Service]\nWatchdogSec=3s\n' >/run/systemd/system/admiral.service.d/test.conf
systemctl daemon-reload
systemctl restart admiral.service
pid=$(show MainPID)
kill -STOP "$pid"
waited is NRestarts 1
waited systemctl --quiet is-active admiral.service
fact restarts "$(show NRestarts)"
fact replaced "$([ "$(show MainPID)" != "$pid" ] && systemctl is-active admiral.service)"
rm -r /run/systemd/system/admiral.service.d
systemctl daemon-reload

# A wrong configuration is not started again and again.
cp /etc/admiral/admiral.yaml /tmp/right.yaml
echo 'cahce: {}' >>/etc/admiral/admiral.yaml
systemctl restart admiral.service
fact wrong "$(systemctl is-failed admiral.service) $(show ExecMainStatus) $(show NRestarts)"
cp /tmp/right.yaml /etc/admiral/admiral.yaml
systemctl reset-failed admiral.service

# An upgrade starts it again, with its data.
dpkg -i /shared/admiral.deb
fact upgrade $?
fact upgraded "$(systemctl is-active admiral.service) $(admiral-fleet cost --json | grep -c '"rows"')"
systemctl stop admiral.service
fact stopped "$(show Result) $(show ExecMainStatus)"

dpkg -r admiral
fact remove $?
fact removed-program "$(has /usr/bin/admiral-server)"
fact removed-unit "$(has /lib/systemd/system/admiral.service)"
fact kept-data "$(has /var/lib/private/admiral/main.db)"
fact kept-configuration "$(has /etc/admiral/admiral.yaml)"

dpkg -i /shared/admiral.deb
fact again "$(systemctl is-active admiral.service)"
dpkg -P admiral
fact purge $?
fact left "$(named | LC_ALL=C comm -13 /run/before - | tr '\n' ' ')"
journalctl --no-pager -u admiral.service -u admiral-savings.service
