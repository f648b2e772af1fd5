#!/bin/sh
# Says what a container may reach. Root steps into the network of the container whose init is PID, and sets rules there
# that nothing in the container has the power to change:
#
#   network.sh PID keep-out PORT ADDRESS...
#     The host's ADDRESSes can't be reached, nor those that only mean something on the host's own link, as clouds use
#     them. PORT is one that can be reached at the host by TCP, or `-`.
#   network.sh PID cut
#     Nothing can be reached but the container's own loopback, connections that are open included.
#   network.sh PID join
#     Undoes `cut`.
set -eu

enter() {
  nsenter --net="/proc/$pid/ns/net" -- "$@"
}

# Where the container has no IPv6 at all there is nothing to cut.
both() {
  enter ip -4 rule "$1" pref 10 unreachable
  enter ip -6 rule "$1" pref 10 unreachable || ! enter test -e /proc/net/if_inet6
}

keep_out() {
  port=$1
  shift
  for address in 10.0.2.2 "$@"; do
    if [ "$port" != - ]; then echo "rule add pref 100 to $address ipproto tcp dport $port lookup main"; fi
  done
  for address in 10.0.2.2 169.254.0.0/16 "$@"; do
    echo "rule add pref 101 to $address unreachable"
  done
}

pid=$1 what=$2
shift 2
case $what in
  keep-out) keep_out "$@" | enter ip -batch - ;;
  cut) both add ;;
  join) both del ;;
esac
