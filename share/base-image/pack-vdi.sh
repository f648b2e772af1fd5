#!/bin/sh
# Packs the root file system "$1" into the VirtualBox disk "$2" of $GITIAN_DISK MiB, which UEFI firmware boots by itself: a
# partition for the firmware with kernel, initial RAM disk and boot loader from the directory "$3", and one for the guest.
set -eu
root=$1
image=$2
boot=$3
raw=$image.raw

# In MiB. The table has a copy at the end of the disk.
first=1
second=65
size=$((GITIAN_DISK - second - 1))

truncate -s "${GITIAN_DISK}M" "$raw"
/bin/sh -c "$GITIAN_FILE_SYSTEM" make-file-system "$root" "$raw" "$size" "$second"
sfdisk --quiet "$raw" >&2 <<END
label: gpt
label-id: 67697469-616e-4000-8000-000000000002
start=$((first * 2048)), size=$(((second - first) * 2048)), type=U, uuid=67697469-616e-4000-8000-000000000003
start=$((second * 2048)), size=$((size * 2048)), type=L, uuid=67697469-616e-4000-8000-000000000004
END

firmware=$boot/firmware
mkdir -p "$firmware/EFI/BOOT" "$firmware/loader/entries"
cp "$boot/"BOOT*.EFI "$firmware/EFI/BOOT"
cp "$boot/vmlinuz" "$boot/initrd" "$firmware"
printf 'default gitian.conf\ntimeout 0\n' >"$firmware/loader/loader.conf"
cat >"$firmware/loader/entries/gitian.conf" <<'END'
title Gitian
linux /vmlinuz
initrd /initrd
options root=/dev/sda2,/dev/vda2 console=tty0 console=ttyS0 quiet
END
find "$firmware" -exec touch --date="@$SOURCE_DATE_EPOCH" {} +
export TZ=UTC
mformat -i "$raw@@${first}M" -F -T $(((second - first) * 2048)) -N 67697469 -v GITIAN ::
mcopy -i "$raw@@${first}M" -s -p -m "$firmware/"* ::
qemu-img convert -q -f raw -O vdi "$raw" "$image"
rm "$raw"
