#!/bin/busybox sh
# shellcheck shell=dash
# First program of a machine: runs from the initial RAM disk, loads the modules of the disk and the network, mounts
# the root file system and hands over to the guest. What it does with one static program, the guest needn't start
# dozens of dynamic ones for: without hardware acceleration each of these takes a noticeable time.
#
# The kernel's command line may say root=DEVICE, of several that may be there the first that is, parted by commas
# (/dev/vda), and init=PROGRAM (/usr/lib/gitian/init).
b=/bin/busybox

$b mount -t devtmpfs -o mode=755,nosuid dev /dev
$b mount -t proc -o nosuid,nodev,noexec proc /proc
$b mount -t sysfs -o nosuid,nodev,noexec sys /sys

# The whole network is what QEMU and VirtualBox give a guest behind their address translation.
echo 0 >/proc/sys/net/ipv6/conf/default/accept_ra
while read -r module; do
  $b insmod "/modules/$module"
done </modules/order
$b ip link set lo up
$b ip link set eth0 up
$b ip address add 10.0.2.15/24 dev eth0
$b ip route add default via 10.0.2.2

roots=/dev/vda
init=/usr/lib/gitian/init
read -r words </proc/cmdline
for word in $words; do
  case $word in
    root=*) roots=${word#root=} ;;
    init=*) init=${word#init=} ;;
  esac
done
old_ifs=$IFS
IFS=,
for root in $roots; do
  [ -b "$root" ] && break
done
IFS=$old_ifs
if ! $b mount -t ext4 -o noatime "$root" /root; then
  echo "gitian: the root file system is not on any of $roots" >/dev/console
  $b poweroff -f
fi

for place in dev proc sys; do
  $b mount -o move "/$place" "/root/$place"
done
$b mount -t tmpfs -o mode=755,nosuid,nodev run /root/run
$b mkdir -p /root/run/sshd /root/dev/pts /root/dev/shm
$b mkdir -m 1777 /root/run/lock
$b mount -t devpts -o gid=5,mode=620,ptmxmode=666,nosuid,noexec pts /root/dev/pts
$b mount -t tmpfs -o mode=1777,nosuid,nodev shm /root/dev/shm
$b ln -s /proc/self/fd /root/dev/fd
$b ln -s fd/0 /root/dev/stdin
$b ln -s fd/1 /root/dev/stdout
$b ln -s fd/2 /root/dev/stderr
read -r name </root/etc/hostname
$b hostname "$name"

exec $b switch_root -c /dev/console /root "$init"
