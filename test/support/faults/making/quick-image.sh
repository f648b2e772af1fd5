#!/bin/sh
# Packs a base image again whose apt knows no archive and gives up soon, so that builds in tests take seconds:
# quick-image.sh BASE RESULT. Needs root.
set -eu
base=$1 result=$2
here=$(cd "$(dirname "$0")" && pwd)
if [ "${3:-}" != inside ]; then
  exec unshare --mount --propagation private -- sh "$0" "$base" "$result" inside
fi
work=$(mktemp -d)
trap 'umount "$work/root" "$work/lower" "$work" || :; rmdir "$work"' EXIT
# Not every shell minds EXIT when a signal ends it.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
mount -t tmpfs tmpfs "$work"
mkdir "$work/lower" "$work/upper" "$work/work" "$work/root"
mount -t squashfs -o ro,loop -- "$base" "$work/lower"
mount -t overlay -o "lowerdir=$work/lower,upperdir=$work/upper,workdir=$work/work" overlay "$work/root"
: >"$work/root/etc/apt/sources.list"
rm -rf "$work/root/var/lib/apt/lists"
mkdir -p "$work/root/var/lib/apt/lists/partial"
cat >"$work/root/etc/apt/apt.conf.d/99test" <<'END'
Acquire::http::Timeout "2";
Acquire::Retries::Delay "false";
END
sh "$here/../../../../share/base-image/pack-squashfs.sh" "$work/root" "$result.new"
# shellcheck disable=SC2016 # words of that program
node -e 'const [from, to] = process.argv.slice(1), fs = require("fs"), record = JSON.parse(fs.readFileSync(from));
  fs.writeFileSync(to, JSON.stringify({ ...record, sources: { ...record.sources, installed: [], guest: [] } }))' \
  "$base.json" "$result.json"
mv -- "$result.new" "$result"
