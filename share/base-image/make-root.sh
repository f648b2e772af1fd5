#!/bin/sh
# Makes a guest's root file system in "$1/root" and the image in "$1/out"; writes the latter to stdout as a tar archive:
#
#   image       what was packed
#   installed   a line per package: name, version, architecture
#   available   what the archive's signed indexes say of them
#   epoch       what generated files are dated, in seconds since 1970
#   releases/   the signed release files that were used
#   host-key    of a machine, the public key of its ssh server
#   fetched     of a machine, a line per package that is not installed, and that it starts with; they are in available
#
# and of a machine what lies beside its disk. Who takes it refuses anything else: src/base-image/image-parts.ts.
#
# usage: make-root.sh DIRECTORY SUITE KEYRING… -- KEYRING… -- MMDEBSTRAP-ARGUMENT…
# The second keyrings are left in the guest. Words go to stderr; our own begin with "G: ". Texts come from variables,
# since the root of a user namespace can't read an ordinary user's files:
#
#   GITIAN_ARCH, GITIAN_SOURCES, GITIAN_SETTINGS   for the installation: architecture, apt lines, lines of apt.conf
#   GITIAN_USER, GITIAN_GUEST_SOURCES, GITIAN_GUEST_SETTINGS   for what the guest keeps
#   GITIAN_CUSTOMIZE   shell text that runs in the guest with them
#   GITIAN_MACHINE   shell text that runs in the guest after that, for a machine
#   GITIAN_BOOTABLE   shell text that makes a machine bootable: make-bootable.sh
#   GITIAN_PACK   shell text that packs the root file system "$1" into the file "$2"; "$3" has what starts it
set -eu
dir=$1
suite=$2
shift 2
root=$dir/root
out=$dir/out

say() { printf 'G: %s\n' "$1" >&2; }

mkdir -p "$out/releases" "$dir/keyrings" "$dir/extra" "$dir/lists/partial"
for group in keyrings extra; do
  while [ "$1" != -- ]; do
    cp -- "$1" "$dir/keyrings/"
    if [ "$group" = extra ]; then cp -- "$1" "$dir/extra/"; fi
    shift
  done
  shift
done
: >"$dir/begun"
: >"$dir/status"
printf '%s\n' "$GITIAN_SOURCES" >"$dir/sources.list"
cat >"$dir/apt.conf" <<END
$GITIAN_SETTINGS
Apt::Architecture "$GITIAN_ARCH";
Apt::Architectures "$GITIAN_ARCH";
Dir::Etc::Parts "/dev/null";
Dir::Etc::SourceList "$dir/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Trusted "/dev/null";
Dir::Etc::TrustedParts "$dir/keyrings/";
Acquire::Languages "none";
END

# Only the release files: what is generated is dated after them, and a suite that isn't there shows before the work.
say 'asking the archive'
APT_CONFIG="$dir/apt.conf" apt-get update --error-on=any \
  -o "Dir::State::Lists=$dir/lists" -o "Dir::State::Status=$dir/status" -o "Dir::Cache=$dir" \
  -o Acquire::IndexTargets::deb::Packages::DefaultEnabled=false >&2
# The suite's own date: its updates are dated anew every few hours, also without new packages.
dated=$(sed -n 's/^Date: //p' "$dir/lists/"*"_dists_${suite}_"*Release | head -n 1)
SOURCE_DATE_EPOCH=$(date --date="$dated" +%s)
export SOURCE_DATE_EPOCH
echo "$SOURCE_DATE_EPOCH" >"$out/epoch"

say 'installing'
mmdebstrap --mode=root --format=directory --keyring="$dir/keyrings" "$@" "$suite" "$root" - <"$dir/sources.list" >&2

say 'listing the packages'
lists=$root/var/lib/apt/lists
find "$lists" -maxdepth 1 -name '*Release' -exec cp -t "$out/releases" -- {} +
dpkg-query --admindir="$root/var/lib/dpkg" --show \
  --showformat='${Package} ${Version} ${Architecture}\n' >"$out/installed"
dpkg-query --admindir="$root/var/lib/dpkg" --show --showformat='${Package}:${Architecture}=${Version}\n' |
  APT_CONFIG="$dir/apt.conf" xargs apt-cache -o "Dir=$root" show |
  grep -E '^(Package|Version|Architecture|Filename|SHA256):|^$' >"$out/available"

if [ -n "${GITIAN_BOOTABLE-}" ]; then
  say 'fetching the kernel'
  /bin/sh -c "$GITIAN_BOOTABLE" make-bootable "$dir"
  mv "$dir/boot/fetched" "$out/fetched"
  cat "$dir/boot/available" >>"$out/available"
fi

say 'preparing the guest'
# The suite's own index changes as seldom as the date does, so the guest keeps it and needn't fetch it again.
mkdir "$dir/keep"
if [ "$GITIAN_SOURCES" = "$GITIAN_GUEST_SOURCES" ]; then
  find "$lists" -maxdepth 1 -type f -name "*_dists_${suite}_*" -exec cp -t "$dir/keep" -- {} +
fi
chroot "$root" /bin/sh -c "$GITIAN_CUSTOMIZE" customize-base \
  "$GITIAN_USER" "$GITIAN_GUEST_SOURCES" "$GITIAN_GUEST_SETTINGS" >&2
if [ -n "${GITIAN_MACHINE-}" ]; then
  # OpenSSH's programs don't start without it, and the root of a user namespace makes no devices.
  if [ ! -e "$root/dev/null" ]; then : >"$root/dev/null"; fi
  mount --bind /dev/null "$root/dev/null"
  chroot "$root" /bin/sh -c "$GITIAN_MACHINE" customize-machine "$GITIAN_USER" >&2
  umount "$root/dev/null"
  cp "$root/etc/ssh/ssh_host_ed25519_key.pub" "$out/host-key"
fi
find "$dir/keep" -type f -exec cp -t "$lists" -- {} +
find "$dir/extra" -type f -exec cp -t "$root/etc/apt/trusted.gpg.d" -- {} +

# What the installation wrote, as against what packages brought, gets the release's time. So does /dev, which is written
# to at different moments with and without root.
find "$root" -xdev \( -newer "$dir/begun" -o -path "$root/dev" \) \
  -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

say 'packing'
/bin/sh -c "$GITIAN_PACK" pack "$root" "$out/image" "$dir/boot"
tar -C "$out" -c .
