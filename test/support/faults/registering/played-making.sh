#!/bin/sh
# Stands before mmdebstrap, and gives out an image that was made before, from the folder `played` beside this: its making
# says only where it is.
if [ "$1" != --unshare-helper ]; then
  PATH=${STATION_PATH#*:} exec mmdebstrap "$@"
fi
for part in 'asking the archive' installing packing; do echo "G: $part" >&2; done
exec tar -C "${0%/*}/../played" -ch .
