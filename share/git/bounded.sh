#!/bin/sh
# Becomes git, each of whose processes gets at most GITIAN_GIT_MEMORY KiB of memory of its own: a few bytes from a server
# can name objects, or so many files, that no memory holds them. Files that git maps don't count. A limit of the user's stays.
#
# usage: bounded.sh ARGUMENT…

# shellcheck disable=SC3045 # sh is dash or bash here, which know both
if [ "$(ulimit -S -d)" = unlimited ]; then ulimit -S -d "$GITIAN_GIT_MEMORY"; fi
unset GITIAN_GIT_MEMORY
exec git "$@"
