#!/bin/sh
# Stops the session of the container NAME, whoever started it, and returns when it has cleaned up.
# The session holds a lock on its folder for as long as it lives.
name=$1
run=/run/gitian/$name
[ -d "$run" ] || exit 0
command exec 9<"$run" || exit 0
if flock --nonblock 9; then exit 0; fi
read -r pid <"$run/pid" || exit 1
kill -TERM "$pid"
if flock --timeout 20 9; then exit 0; fi
kill -KILL "$pid"
flock --timeout 10 9
