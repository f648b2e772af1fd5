#!/bin/sh
# Runs git, bounded as bounded.sh says, in a session of its own and passes its exit code on. When this script is told to end, or whoever started it
# is gone, git and all that it started end too: a transport helper that waits for a silent server doesn't notice by itself.
#
# usage: session.sh ARGUMENT…

bounded=$(dirname -- "$0")/bounded.sh
command -v setsid >/dev/null 2>&1 || exec sh "$bounded" "$@"

# The process number survives exec, and so does the kernel's promise of a signal.
if [ "${GITIAN_GIT_SESSION-}" != "$$" ] && command -v setpriv >/dev/null 2>&1; then
  GITIAN_GIT_SESSION=$$ exec setpriv --pdeathsig TERM -- sh "$0" "$@"
fi
unset GITIAN_GIT_SESSION

git=
end() {
  trap '' INT TERM HUP
  if [ -n "$git" ]; then
    # Before setsid is through, there is no such group.
    kill -s TERM -- "-$git" 2>/dev/null || kill -s TERM "$git" 2>/dev/null
    wait "$git"
    kill -s KILL -- "-$git" 2>/dev/null
  fi
  exit 143
}
trap end INT TERM HUP

setsid sh "$bounded" "$@" &
git=$!
wait "$git"
