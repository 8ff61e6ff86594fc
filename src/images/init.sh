#!/bin/busybox sh
# First process of the initramfs and, after switch_root, of the disk image.
# Words on the kernel's command line:
#   root=/dev/vda   mount that disk and go on there (init=PROGRAM: with another first process);
#                   without it the guest stays in the initramfs
#   rootfstype=T    its file system (default ext4); ro: mount it read-only
#   quiet           say nothing but what went wrong, as the kernel
#   TERM=T          the terminal's kind (default xterm); with dumb nothing is asked of it
#   bench=all | bench=NAME[,NAME...]   run programs of /bench, print their figures, power off
#   benchsecs=N     seconds for each (default 3)
export PATH=/bench:/bin:/sbin:/usr/bin:/usr/sbin HOME=/root LANG=C.UTF-8
[ "${TERM:-linux}" != linux ] || TERM=xterm # linux: what the kernel says of its console
export TERM
if [ ! -e /proc/uptime ]; then
  mount -t proc proc /proc
  mount -t sysfs sysfs /sys
  mount -t devtmpfs devtmpfs /dev 2>/dev/null
  exec </dev/console >/dev/console 2>&1
fi
root= rootfstype=ext4 init=/sbin/init mode=rw quiet= bench= benchsecs=3
read -r words < /proc/cmdline
for w in $words; do
  case $w in
    root=*) root=${w#*=} ;;
    rootfstype=*) rootfstype=${w#*=} ;;
    init=*) init=${w#*=} ;;
    ro) mode=ro ;;
    quiet) quiet=1 ;;
    bench=*) bench=${w#*=} ;;
    benchsecs=*) benchsecs=${w#*=} ;;
  esac
done

if [ -e /init ]; then                             # in the initramfs
  found=
  for transport in virtio_pci virtio_mmio; do
    modprobe -q $transport
    for d in /sys/bus/virtio/devices/*/modalias; do
      [ -e "$d" ] && read -r alias < "$d" && found="$found $alias"
    done
    [ -z "$found" ] || break
  done
  [ -z "$found" ] || modprobe -q -a $found
  if [ -n "$root" ]; then
    [ "$rootfstype" != ext4 ] || modprobe -q -a crc32c_generic ext4
    n=0
    while [ ! -b "$root" ] && [ $n -lt 50 ]; do sleep 0.1; n=$((n + 1)); done
    if mount -t "$rootfstype" -o $mode "$root" /mnt; then
      for d in proc sys dev; do mount --move /$d /mnt/$d; done
      export MOUNTED=1
      exec switch_root /mnt "$init"
    fi
    echo "INIT: cannot mount $root, staying in the initramfs"
  fi
elif [ $mode = rw ] && [ -z "$MOUNTED" ]; then     # the kernel itself mounted the disk, read-only
  mount -o remount,rw / 2>/dev/null
fi

mount -t tmpfs tmpfs /tmp
mkdir -p /dev/pts && mount -t devpts devpts /dev/pts
read -r name < /etc/hostname && hostname "$name"
ifconfig lo 127.0.0.1 up 2>/dev/null
read -r up idle < /proc/uptime
[ -n "$quiet" ] || echo "GUEST-READY $up"

if [ -n "$bench" ]; then
  read -r clock < /sys/devices/system/clocksource/clocksource0/current_clocksource
  echo "GUEST-INFO $(uname -m) $(uname -r) clocksource=$clock root=${root:-initramfs}"
  if [ "$bench" = all ]; then bench=$(benchsuite list); else bench=$(echo "$bench" | tr , ' '); fi
  for b in $bench; do
    echo "BENCH-BEGIN $b"
    "/bench/$b" "$benchsecs"
  done
  echo "BENCH-DONE"
  poweroff -f
fi

# commands of the host's program come by the port of a console device
for d in /sys/bus/virtio/devices/*/device; do
  [ ! -e "$d" ] || read -r id < "$d"
  [ "$id" != 0x0003 ] || [ ! -e /sbin/wasmachine-agent ] || { wasmachine-agent >/dev/null 2>&1 & break; }
done

# the power button runs poweroff (see /etc/acpi)
(modprobe -q -a button evdev && acpid -l /dev/null) >/dev/null 2>&1 &
exec busybox init                                 # goes on with /etc/inittab
