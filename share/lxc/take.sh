#!/bin/sh
# Takes folders out of a target whose container has ended, by renaming: none of the guest's processes is left that
# could change them meanwhile. The session runs this, in its mount namespace:
#
#   take.sh MERGED UPPER TO OWNER FOLDER...
#
# MERGED is the guest's root as it saw it, UPPER what it wrote. FOLDER, a path of plain names below the root, becomes
# TO/1, the next TO/2 and so on. What is in it becomes OWNER's (uid:gid), without set-id bits, capabilities (chown drops
# them) and what lets others write.
#
# Only files, directories and links that lie in UPPER as they are in MERGED are taken: the rest has to be copied. A file
# with another name elsewhere isn't either, since the guest could write to it later, nor a very deep tree. Then nothing is
# changed, and the exit code isn't 0.
set -eu
export LC_ALL=C

merged=$1 upper=$2 to=$3 owner=$4
shift 4

# No link on the way, in either of the two.
is_plain() (
  IFS=/
  for at in "$merged" "$upper"; do
    # shellcheck disable=SC2086 # plain names
    for part in $1; do
      at=$at/$part
      if [ -L "$at" ] || ! [ -d "$at" ]; then return 1; fi
    done
  done
)

listing() {
  find "$1" -mindepth 1 '(' -type d -printf '%P/d\0' ')' -o -printf '%P/%y %s %T@\0' | sort -z
}

# A directory that the guest renamed may have its content in a lower layer.
is_whole() {
  rm -f -- "$to/listing"
  mkfifo -- "$to/listing"
  listing "$upper/$1" >"$to/listing" &
  listing "$merged/$1" | cmp -s - "$to/listing" || return 1
  rm -f -- "$to/listing"
}

# The depth bounds the length of a path, so that whoever takes the files over can name them.
holds_own_files() {
  find "$upper/$1" -printf '%y %n %i %d\n' | awk '
    $1 !~ /^[dfl]$/ || $4 > 12 { bad = 1; exit }
    $1 == "f" && $2 > 1 { names[$3] = $2; found[$3]++ }
    END {
      for (file in names) if (found[file] != names[file]) bad = 1
      exit bad
    }'
}

hand_over() {
  find "$upper/$1" \
    -type d '(' -perm /7022 -o ! -perm -700 ')' -exec chmod u+rwx,go-w,ug-s,a-t -- {} + -o \
    -type f '(' -perm /7022 -o ! -perm -400 ')' -exec chmod u+r,go-w,ug-s,a-t -- {} +
  chown -hR -- "$owner" "$upper/$1"
}

for folder; do
  is_plain "$folder"
  is_whole "$folder"
  holds_own_files "$folder"
done
for folder; do hand_over "$folder"; done
number=0
for folder; do
  number=$((number + 1))
  mv -T -- "$upper/$folder" "$to/$number"
done
