#!/bin/sh
# Says what a container may reach. Root steps into the network of the container whose init is PID, and sets policies there
# that nothing in the container has the power to change:
#
#   network.sh PID keep-out PORT ADDRESS...
#     The host's ADDRESSes can't be reached, nor those that only mean something on the host's own link, as clouds use
#     them, nor everybody at once, for which slirp4netns takes the host's loopback. PORT is one that can be reached at
#     the host by TCP, or `-`. Rules of routing don't do: a socket that is bound to the device goes past them.
#   network.sh PID cut
#     Nothing can be reached but the container's own loopback, connections that are open included. Says which route has
#     gone. It takes the device down: what is sent to many at once passes rules when its sender names its own address.
#   network.sh PID join ROUTE...
#     Undoes `cut`, which has said ROUTE.
set -eu

enter() {
  nsenter --net="/proc/$pid/ns/net" -- "$@"
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

keep_out() {
  port=$1
  shift
  for address in 10.0.2.2 "$@"; do
    if [ "$port" != - ]; then echo "xfrm policy update dst $address proto tcp dport $port dir out action allow priority 1"; fi
  done
  for address in 10.0.2.2 255.255.255.255 169.254.0.0/16 "$@"; do
    echo "xfrm policy update dst $address dir out action block priority 2"
  done
}

pid=$1 what=$2
shift 2
case $what in
  keep-out) keep_out "$@" | enter ip -batch - ;;
  cut) cut ;;
  join) join "$@" ;;
esac
