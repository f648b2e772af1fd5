#!/bin/sh
# First process of a machine's guest: the ssh server, what the power button does, and nothing else. As in a container
# there is no service manager, so packages find the same on both, and the machine answers as soon as it can.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
umask 022
# shellcheck disable=SC3045 # every shell that is /bin/sh in a guest has these
ulimit -n 1048576
# shellcheck disable=SC3045
ulimit -S -n 1024

# A push of the button is written where nothing else is: waiting for it costs nothing.
{
  for name in /sys/class/input/event*/device/name; do
    if [ "$(cat "$name")" = 'Power Button' ]; then
      event=${name%/device/name}
      dd bs=4096 count=1 if="/dev/input/${event##*/}" of=/dev/null status=none && /usr/lib/gitian/poweroff
    fi
  done
} &

# With -r it doesn't start itself anew for every connection, which takes an emulated processor a third of a second. Newer
# ones have another program for that, and take no notice.
while :; do
  /usr/sbin/sshd -f /usr/lib/gitian/sshd_config -D -e -r &
  # Waits for orphans as well, which come to the first process.
  wait $!
done
