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
if [ "$memory" -gt 0 ]; then
  parent=/tmp
  mount -t tmpfs -o "mode=1777,size=${memory}m" gitian "$parent"
fi
dir=$(mktemp -d "$parent/gitian-base.XXXXXX")
# apt fetches as a user of its own.
chmod 755 "$dir"

# A process namespace inside the one we are in, so that killing its first process ends all of the work and not us.
exec 3<&0 </dev/null
unshare --pid --fork --kill-child -- /bin/sh -c "$script" "$0" "$dir" "$@" 3<&- &
work=$!
{
  cat <&3 >/dev/null
  kill -KILL "$work"
} &
exec 3<&- >&-

code=0
wait "$work" || code=$?
rm -rf -- "$dir"
exit "$code"
