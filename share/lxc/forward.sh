#!/bin/sh
# Lets a container reach a service of its driver's: root steps into the network of the container whose init is PID, which
# began when STARTED says, and becomes the driver's user again before anything listens there.
#
#   forward.sh PID STARTED USER GROUP SOCKET NAME
#
# NAME is the container's, for whoever looks at the list of processes.
set -eu
here=${0%/*}
# shellcheck source=share/lxc/open-network.sh
. "$here/open-network.sh"

open_network "$1" "$2"
exec nsenter --net=/proc/self/fd/3 -- sh -c 'exec 3<&-; exec "$@"' sh \
  setpriv --reuid="$3" --regid="$4" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all -- \
  perl "$here/../network/forward.pl" "$5" "$6"
