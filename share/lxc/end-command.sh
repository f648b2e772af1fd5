#!/bin/sh
# Kills a process, everything that descends from it, and the process groups that they lead, on the host's side of the
# container: PID is lxc-attach, or the sudo above it. Each is stopped before its children are listed, so that none can
# be added meanwhile. What has left both its parents and their groups is a daemon, and stays.
set -u

tree() {
  kill -STOP "$1" 2>/dev/null || return 0
  found="$1 $found"
  # shellcheck disable=SC2013 # numbers between blanks
  for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do tree "$child"; done
}

found=
tree "$1"
for pid in $found; do kill -s KILL -- "-$pid" 2>/dev/null || :; done
# shellcheck disable=SC2086 # a list of numbers
[ -z "$found" ] || kill -KILL $found 2>/dev/null || :
