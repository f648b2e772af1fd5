#!/bin/sh
# What a build is measured against: the same base image, started with lxc-start, and commands run in it with
# lxc-attach, with nothing around it. Needs root.
# Usage: by-hand.sh <base image> <build user> <script for root> <script for the build user>
set -eu

base=$1
user=$2
as_root=$3
as_user=$4

if [ "${BY_HAND_INSIDE:-}" != yes ]; then
  BY_HAND_INSIDE=yes exec unshare --mount --propagation private -- "$0" "$@"
fi

work=$(mktemp -d)
mkdir "$work/lower" "$work/upper" "$work/work" "$work/root" "$work/lxc" "$work/lxc/by-hand"
mkfifo "$work/pid" "$work/go" "$work/ready"
cat >"$work/hook" <<HOOK
#!/bin/sh
echo "\$LXC_PID" >"$work/pid"
read -r _ <"$work/go"
HOOK
chmod +x "$work/hook"
cat >"$work/lxc/by-hand/config" <<CONFIG
lxc.uts.name = gitian
lxc.rootfs.path = dir:$work/root
lxc.init.cmd = /dev/init -P
lxc.mount.auto = proc:mixed sys:ro
lxc.mount.entry = $(command -v catatonit) dev/init none bind,ro,create=file 0 0
lxc.net.0.type = empty
lxc.tty.max = 0
lxc.console.path = none
lxc.apparmor.profile = unchanged
lxc.hook.start-host = $work/hook
CONFIG

mount -t squashfs -o ro,loop "$base" "$work/lower"
mount -t overlay overlay -o "lowerdir=$work/lower,upperdir=$work/upper,workdir=$work/work,volatile" "$work/root"
rm -f "$work/root/etc/resolv.conf"
echo 'nameserver 10.0.2.3' >"$work/root/etc/resolv.conf"

lxc-start -P "$work/lxc" -n by-hand -F </dev/null &
read -r pid <"$work/pid"
slirp4netns --configure --mtu=65520 --ready-fd=3 "$pid" tap0 3>"$work/ready" >/dev/null 2>&1 &
slirp=$!
head -c 1 "$work/ready" >/dev/null
echo go >"$work/go"

status=0
attach() {
  lxc-attach -P "$work/lxc" -n by-hand --clear-env -- "$@"
}
[ -z "$as_root" ] || attach sh -c "$as_root" || status=$?
[ -z "$as_user" ] || attach su -l "$user" -c "$as_user" || status=$?

lxc-stop -P "$work/lxc" -n by-hand -k
kill "$slirp"
wait
umount "$work/root" "$work/lower"
rm -rf --one-file-system -- "$work"
exit "$status"
