#!/bin/sh
# Packs the root file system "$1" into the qcow2 disk "$2" of $GITIAN_DISK MiB: one ext4 file system, no partitions. What
# starts it comes from the directory "$3", and lies beside the disk afterwards.
set -eu
root=$1
image=$2
boot=$3

truncate -s "${GITIAN_DISK}M" "$image.raw"
/bin/sh -c "$GITIAN_FILE_SYSTEM" make-file-system "$root" "$image.raw" "$GITIAN_DISK" 0
# Compressing takes no longer than moving what it saves.
qemu-img convert -q -f raw -O qcow2 -c -o compression_type=zstd -m 4 -W "$image.raw" "$image"
rm "$image.raw"
cp "$boot/vmlinuz" "$boot/initrd" "${image%/*}"
