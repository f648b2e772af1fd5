#!/bin/sh
# Makes the build user's working directories, empty. Runs in the build user's home in the guest.
set -eu

rm -rf build out install cache
mkdir build out install cache
for name in "$@"; do
  mkdir -p "cache/$name"
done
