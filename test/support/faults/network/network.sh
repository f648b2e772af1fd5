#!/bin/sh
# A network of two hosts, for as long as this lives: this process's own, where commands are run, and one that the servers
# have for themselves. network.sh NEAR FAR RESOLV-CONF SERVERS…: addresses, a file, and the program of the far host,
# which gets stdin. Says `ready`. Needs root, and a network and a mount namespace of its own.
set -eu
near=$1 far=$2
mount --bind -- "$3" "$(realpath /etc/resolv.conf)"
shift 3
ip link set lo up
ip link add uplink type veth peer name far
exec 3<&0
unshare --net -- "$@" <&3 3<&- &
servers=$!
exec 3<&-
until [ "$(readlink "/proc/$servers/ns/net")" != "$(readlink "/proc/$$/ns/net")" ]; do sleep 0.02; done
ip link set far netns "$servers"
# shellcheck disable=SC2016 # words of that shell
nsenter --target "$servers" --net -- sh -c 'ip addr add "$0/24" dev far && ip link set far up' "$far"
ip addr add "$near/24" dev uplink
ip link set uplink up
ip route add default via "$far"
echo ready
wait "$servers"
