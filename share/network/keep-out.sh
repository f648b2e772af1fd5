#!/bin/sh
# Says what may be reached from the network that this is run in, which slirp4netns leads out of. Policies do that, which
# nobody without power over this network can change:
#
#   keep-out.sh PORT ANSWERING ADDRESS...
#
# The host's ADDRESSes can't be reached, nor those that only mean something on the host's own link, as clouds use them, nor
# the others at which clouds answer for the host; nor groups, which what listens at the host may have joined, nor what is
# reserved, with everybody at once in it, for whom slirp4netns takes the host's loopback; nor that loopback itself, where
# slirp4netns sends what a socket that is bound to the device sends there. PORT is one that can be reached at the host by TCP,
# ANSWERING one of this network that may answer the host; either may be `-`. Rules of routing don't do: a socket that is
# bound to the device goes past them. Of IPv6 slirp4netns passes nothing on.
set -eu
port=$1 answering=$2
shift 2
# Azure, Alibaba Cloud, Oracle Cloud
clouds='168.63.129.16 100.100.100.200 192.0.0.192'
{
  if [ "$answering" != - ]; then echo "xfrm policy update dst 10.0.2.2 proto tcp sport $answering dir out action allow priority 1"; fi
  for address in 10.0.2.2 "$@"; do
    if [ "$port" != - ]; then echo "xfrm policy update dst $address proto tcp dport $port dir out action allow priority 1"; fi
  done
  for address in 10.0.2.2 127.0.0.0/8 224.0.0.0/4 240.0.0.0/4 169.254.0.0/16 $clouds "$@"; do
    echo "xfrm policy update dst $address dir out action block priority 2"
  done
} | ip -batch -
