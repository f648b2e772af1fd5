#!/bin/sh
# Says what a container may reach. Root steps into the network of the container whose init is PID, which began when STARTED
# says, and sets policies there that nothing in the container has the power to change:
#
#   network.sh PID STARTED keep-out PORT ADDRESS...
#     What keep-out.sh says.
#   network.sh PID STARTED cut
#     Nothing can be reached but the container's own loopback, connections that are open included. Says which route has
#     gone. It takes the device down: what is sent to many at once passes rules when its sender names its own address.
#   network.sh PID STARTED join ROUTE...
#     Undoes `cut`, which has said ROUTE.
set -eu
here=${0%/*}
# shellcheck source=share/lxc/open-network.sh
. "$here/open-network.sh"

enter() {
  nsenter --net=/proc/self/fd/3 -- sh -c 'exec 3<&-; exec "$@"' sh "$@"
}

# The device of a route: all there is but the loopback.
device_of() {
  device=${1##*dev }
  echo "${device%% *}"
}

cut() {
  route=$(enter ip -4 route show default)
  enter ip link set dev "$(device_of "$route")" down
  echo "$route"
}

join() {
  enter ip link set dev "$(device_of "$*")" up
  enter ip -4 route replace "$@"
}

# Nobody asks anything of a container.
keep_out() {
  port=$1
  shift
  enter sh "$here/../network/keep-out.sh" "$port" - "$@"
}

open_network "$1" "$2"
what=$3
shift 3
case $what in
  keep-out) keep_out "$@" ;;
  cut) cut ;;
  join) join "$@" ;;
esac
