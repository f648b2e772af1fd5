#!/bin/sh
# Lets a container reach a service of its driver's: root steps into the network of the container whose init is PID, and
# becomes the driver's user again before anything listens there.
#
#   forward.sh PID USER GROUP SOCKET NAME
#
# NAME is the container's, for whoever looks at the list of processes.
set -eu
here=${0%/*}
exec nsenter --net="/proc/$1/ns/net" -- \
  setpriv --reuid="$2" --regid="$3" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all -- \
  perl "$here/../network/forward.pl" "$4" "$5"
