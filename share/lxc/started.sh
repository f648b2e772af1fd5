#!/bin/sh
# The container's `start-host` hook: tells the session the pid of init, and holds init back until the network is up.
# When the session dies the FIFO ends, and so does the start.
run=${0%/*}
exec 5<"$run/go"
echo "started $LXC_PID" >"$run/events"
read -r answer <&5
[ "$answer" = go ]
