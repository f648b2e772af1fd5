#!/bin/sh
# Packs the root file system "$1" into the squashfs file "$2", always the same bytes for the same tree.
set -eu
failed=$2.failed
{
  tar -C "$1" --sort=name --numeric-owner --one-file-system --format=pax \
    --pax-option='exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime' \
    --xattrs --xattrs-include=security.capability --exclude='./dev/*' -c . || : >"$failed"
} | tar2sqfs -q -f -c zstd -X level=1 "$2"
[ ! -e "$failed" ]
