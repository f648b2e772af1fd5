#!/bin/sh
# Makes the image NAME as an ordinary user does, in a home that nobody else may look into, and then moves it here. Beside it
# lies what was said, in NAME.stdout and NAME.stderr; what else is left in the home, in NAME.left; and which processes of that
# user, in NAME.processes.
# usage: make-as-ordinary-user.sh NAME COMMAND…
set -eu
here=$PWD
name=$1
user=gitian-image-$$
shift
home=$(mktemp -d)
trap 'userdel "$user"; rm -rf -- "$home"' EXIT
# Not every shell minds EXIT when a signal ends it.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
useradd --home-dir "$home" "$user"
usermod --add-subuids 700000-765535 --add-subgids 700000-765535 "$user"
chown "$user:$user" "$home"
cd -- "$home"
if ! env HOME="$home" setpriv --reuid="$user" --regid="$user" --init-groups -- "$@" \
  >"$here/$name.stdout" 2>"$here/$name.stderr"; then
  cat "$here/$name.stderr" >&2
  exit 1
fi
ps -u "$user" -o args= >"$here/$name.processes" || :
chown root:root -- "$name.json" "$name"
mv -t "$here" -- "$name.json"
mv -t "$here" -- "$name"
ls -A >"$here/$name.left"
