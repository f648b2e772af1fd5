#!/bin/sh
# Stands before a program of the same name, and holds it still where its arguments fit the pattern in the file
# `hold/<program>` beside this: until there is a file `hold/go`. What it holds is in `hold/held` then: the mount namespace.
# The program itself is looked for in $STATION_PATH, or where a host has its own.
program=${0##*/}
hold=${0%/*}/hold
if [ -e "$hold/$program" ]; then
  pattern=$(cat "$hold/$program")
  # shellcheck disable=SC2254 # a pattern is meant
  case "$*" in
    $pattern)
      rm "$hold/$program"
      readlink /proc/self/ns/mnt >"$hold/new" && mv "$hold/new" "$hold/held"
      until [ -e "$hold/go" ]; do sleep 0.05; done
      rm "$hold/go"
      ;;
  esac
fi
real=$(PATH=${STATION_PATH:-/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin} command -v "$program") || {
  echo "sh: 1: $program: not found" >&2
  exit 127
}
exec "$real" "$@"
