#!/bin/sh
# Starts a VirtualBox machine for a command, and saves its state when that command ends, however it does: nothing else
# would, since the machine is a child of VirtualBox's own service.
#
# usage: keep.sh MACHINE STATE-FILE
# Says "started", or nothing and on stderr why not. Then reads: "release" leaves the machine up; anything else, and the
# end of input, is the command's end.
set -u
machine=$1
state=$2
# The keyboard's signals are the command's to answer.
trap '' HUP INT QUIT TERM PIPE
words=$(VBoxManage startvm "$machine" --type headless 2>&1) || {
  printf '%s\n' "$words" >&2
  exit 1
}
echo started
read -r word || word=
if [ "$word" != release ]; then
  VBoxManage controlvm "$machine" savestate || VBoxManage controlvm "$machine" poweroff
  rm -f -- "$state"
fi >/dev/null 2>&1
