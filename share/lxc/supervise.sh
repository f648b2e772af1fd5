#!/bin/sh
# Runs a program of the session and tells on file descriptor 3 how it ended: `EVENT EXIT-CODE`. SIGTERM ends the
# program; so does the end of this shell or of the session above it.
event=$1
shift
setpriv --pdeathsig TERM -- "$@" 3>&- &
program=$!
trap 'kill -TERM "$program" 2>/dev/null' TERM
wait "$program"
code=$?
# A signal ends the first wait, not the program.
if kill -0 "$program" 2>/dev/null; then wait "$program"; fi
echo "$event $code" >&3
