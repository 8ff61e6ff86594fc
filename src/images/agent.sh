# The beginning of a disk that `wasmachine guest --agent` makes: `sh /dev/vdX` in a guest, as root, installs the agent that is behind this
# text, starts it, and has it started with the guest where that is known how.
set -e
processor=$(uname -m) skip='' size=''
# Of each processor: where its program begins, in blocks of 4096 bytes, and its bytes.
while read -r name at bytes; do
  [ "$name" != "$processor" ] || { skip=$at size=$bytes; }
done <<'PLACES'
@PLACES@
PLACES
[ -n "$size" ] || { echo "there is no agent for $processor on this disk" >&2; exit 1; }
to=/usr/local/sbin/wasmachine-agent
mkdir -p /usr/local/sbin
dd if="$0" bs=4096 skip="$skip" count=$(((size + 4095) / 4096)) 2>/dev/null | head -c "$size" > $to.new
chmod 755 $to.new
mv $to.new $to
if [ -d /run/systemd/system ]; then
  printf '%s\n' '[Unit]' 'Description=Commands of the host (wasmachine)' '[Service]' "ExecStart=$to --foreground" \
    'Restart=on-failure' '[Install]' 'WantedBy=multi-user.target' > /etc/systemd/system/wasmachine-agent.service
  systemctl daemon-reload
  systemctl enable wasmachine-agent
  systemctl restart wasmachine-agent
  echo "wasmachine-agent runs, and starts with this guest"
elif [ -x /sbin/openrc-run ]; then
  printf '%s\n' '#!/sbin/openrc-run' "command=$to" 'command_args=--foreground' 'command_background=true' \
    'pidfile=/run/wasmachine-agent.pid' > /etc/init.d/wasmachine-agent
  chmod 755 /etc/init.d/wasmachine-agent
  rc-update add wasmachine-agent default
  rc-service wasmachine-agent restart
  echo "wasmachine-agent runs, and starts with this guest"
else
  $to
  echo "wasmachine-agent runs; have $to started with this guest for the next time"
fi
exit 0
