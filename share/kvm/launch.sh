#!/bin/sh
# Starts session.sh with these arguments, and stays for as long as the session is attached: it holds this pipeline's end
# open as file descriptor 8, and RUN/alive as 7. The driver's pipes are bound to this process; the session is nobody's.
set -eu
here=${0%/*}
# The keyboard's signals are the driver's to answer.
trap '' HUP INT QUIT
# Whoever stops the machine waits for the last writer of this, and this process is one.
# It is never there without one, so that it tells of a session that was killed, too.
umask 077
mkfifo "$1/alive.new"
exec 5<&0 7<>"$1/alive.new"
mv -- "$1/alive.new" "$1/alive"
{
  sh "$here/session.sh" "$@" <&5 5<&- 8>&1 >&6 6>&- &
} 6>&1 | cat 7>&-
