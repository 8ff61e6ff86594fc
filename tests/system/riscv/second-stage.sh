#!/bin/sh
# First process of a disk on which Debian's packages lie unpacked, in the order of debootstrap's second stage: has dpkg install them all,
# says SECOND-STAGE-DONE where that went well, and turns the machine off.
export PATH=/usr/sbin:/usr/bin DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true LC_ALL=C
exec </dev/console >/dev/console 2>&1
cd /var/cache/apt/archives || exit
touch /var/lib/dpkg/status /var/lib/dpkg/available
dpkg="dpkg --force-depends --force-unsafe-io --force-confold"
failed=
for name in base-passwd base-files libc6 perl-base mawk debconf dpkg; do
  $dpkg --install ${name}_*.deb || failed="$failed $name"
done
$dpkg --unpack ./*.deb || failed="$failed unpack"
# Packages that wait for each other want a second time.
$dpkg --configure --pending --force-configure-any || $dpkg --configure --pending || failed="$failed configure"
dpkg --audit
passwd --delete root || failed="$failed passwd"
rm /var/cache/apt/archives/*.deb /second-stage.sh
[ -n "$failed" ] && echo "SECOND-STAGE-FAILED$failed" || echo SECOND-STAGE-DONE
sync
echo u > /proc/sysrq-trigger
echo o > /proc/sysrq-trigger
sleep 60
