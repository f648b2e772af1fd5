#!/bin/sh
# Writes the directory "$1" as an ext4 file system of "$3" MiB into the file "$2", "$4" MiB after its beginning. Needs no
# root and no mount; what nothing is in stays a hole in the file.
set -eu
root=$1
file=$2
size=$3
offset=$4

find "$root/dev" -xdev -mindepth 1 -delete
touch --date="@$SOURCE_DATE_EPOCH" "$root/dev"

# In blocks of 4 KiB: what the files take, some of them rounded up, the inodes, which there is one for every 16 KiB of the
# disk, the journal, and a little for the guest to start with.
files=$(du -s --block-size=4096 "$root" | cut -f 1)
count=$(du -s --inodes "$root" | cut -f 1)
needed=$(((files + count / 4) / 256 + size / 64 + 64 + 32))
if [ "$needed" -gt "$size" ]; then
  echo "E: the disk is too small: $((needed + offset)) MiB are needed" >&2
  exit 1
fi

# Only what the kernels of old suites know, and no checksums: the disk is thrown away before it could rot.
features=none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,flex_bg,sparse_super,large_file,huge_file
features=$features,uninit_bg,dir_nlink,extra_isize
id=67697469-616e-4000-8000-000000000001
printf '[fs_types]\n  ext4 = {\n    features = none\n  }\n' >"$file.conf"
MKE2FS_CONFIG=$file.conf E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH mke2fs -q -F -t ext4 -O "$features" -b 4096 -I 256 \
  -i 16384 -m 0 -J size=64 -U "$id" -L gitian \
  -E "root_owner=0:0,hash_seed=$id,lazy_itable_init=0,lazy_journal_init=0,offset=$((offset * 1048576))" \
  -d "$root" "$file" "${size}M" >&2
rm "$file.conf"
