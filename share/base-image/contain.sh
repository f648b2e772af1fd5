#!/bin/sh
# Gives the shell text "$1" a directory that vanishes with it: its first argument, before "$4" and what follows.
# Runs as root of mount and process namespaces of its own.
#
# stdin is a lifeline: when its other end closes, however that comes about, everything in here is killed and the
# directory removed. With "$2" MiB of memory the directory lies in memory, where not even SIGKILL leaves anything;
# with 0 it lies below "$3".
set -eu
script=$1
memory=$2
parent=$3
shift 3

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
umask 022
cd /

mount --make-rprivate /
# mmdebstrap mounts it below the directory, for packages' scripts and whoever cleans up after them: not the host's.
if [ -d /dev/shm ]; then mount -t tmpfs -o mode=1777,nosuid,nodev gitian /dev/shm; fi
if [ "$memory" -gt 0 ]; then
  parent=/tmp
  mount -t tmpfs -o "mode=1777,size=${memory}m" gitian "$parent"
fi
# What a host that went down left is nobody's any more; a new one has a moment to be locked.
find "$parent" -maxdepth 1 -name 'gitian-base.*' -type d -uid "$(id -u)" -mmin +5 \
  -exec flock --nonblock {} rm -rf --one-file-system -- {} \; 2>/dev/null || :
dir=$(mktemp -d "$parent/gitian-base.XXXXXX")
exec 4<"$dir"
flock --nonblock 4 || :
# apt fetches as a user of its own.
chmod 755 "$dir"

# A process namespace inside the one we are in, so that killing its first process ends all of the work and not us; and one
# of mounts, which it takes along: what the work has mounted below the directory is not to be removed with it.
exec 3<&0 </dev/null
unshare --mount --pid --fork --kill-child -- /bin/sh -c "$script" "$0" "$dir" "$@" 3<&- 4<&- &
work=$!
{
  cat <&3 >/dev/null
  kill -KILL "$work"
} &
exec 3<&- >&-

code=0
wait "$work" || code=$?
# Programs that can't write often don't say why.
is_full() {
  [ $(($1 * $2)) -lt 262144 ] || { [ "$3" -gt 0 ] && [ "$4" -eq 0 ]; }
}
# Numbers are words.
# shellcheck disable=SC2046
if [ "$code" -ne 0 ] && is_full $(stat --file-system --format='%a %S %c %d' -- "$dir"); then
  echo 'E: No space left on device' >&2
fi
rm -rf --one-file-system -- "$dir"
exit "$code"
