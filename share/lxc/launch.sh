#!/bin/sh
# Starts session.sh with these arguments, out of the terminal and in a mount namespace of its own, and stays for as
# long as the session is attached: it holds this pipeline's end open as file descriptor 8. The driver's pipes are
# bound to this process, which may be sudo's child; the session itself is nobody's.
set -eu
here=${0%/*}
# The keyboard's signals are the driver's to answer.
trap '' HUP INT QUIT
{
  setsid --fork -- unshare --mount --propagation private -- sh "$here/session.sh" "$@" 8>&1 >&6 6>&-
} 6>&1 | cat
