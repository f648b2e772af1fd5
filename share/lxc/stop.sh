#!/bin/sh
# Stops the session of the container NAME, whoever started it, and returns when it has cleaned up.
# The session holds a lock on its folder for as long as it lives, by file descriptor 9.
name=$1
run=/run/gitian/$name
[ -d "$run" ] || exit 0
command exec 9<"$run" || exit 0
if flock --nonblock 9; then exit 0; fi

# Until a session has written its number, that of one that was killed may be there, and be another process's by now.
found() {
  # shellcheck disable=SC3013 # dash has it too
  { read -r pid <"$run/pid"; } 2>/dev/null && [ "/proc/$pid/fd/9" -ef "$run" ]
}

tries=10
until found; do
  if flock --timeout 1 9; then exit 0; fi
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || exit 1
done
kill -TERM "$pid"
if flock --timeout 20 9; then exit 0; fi
found || exit 1
kill -KILL "$pid"
flock --timeout 10 9
