#!/bin/sh
# Adds to the root file system "$1/root" the modules of its kernel, and makes in "$1/boot" what starts it:
#
#   vmlinuz     the kernel
#   initrd      the initial RAM disk
#   BOOT….EFI   the boot loader for UEFI firmware, where one is wanted
#   fetched     a line per package that these are of: name, version, architecture
#   available   what the archive's signed indexes say of them
#
# The kernel isn't installed as a package: the guest neither upgrades nor lists it, as a container doesn't its host's.
# Comes after the packages are listed. Words go to stderr. Reads from variables, beside those of make-root.sh:
#
#   GITIAN_KERNEL          the package that depends on the newest kernel
#   GITIAN_KERNEL_ARCH     its architecture
#   GITIAN_MODULES         what has to be loaded before the root file system is there, in this order
#   GITIAN_LATER_MODULES   what can be loaded in the guest
#   GITIAN_LOADER          package of the boot loader, where one is wanted
#   GITIAN_RAM_INIT        first program of the RAM disk
set -eu
dir=$1
root=$dir/root
boot=$dir/boot
tree=$root/.boot
lists=$root/var/lib/apt/lists
mkdir -p "$boot/debs" "$tree" "$boot/ram/bin" "$boot/ram/modules" "$boot/cache/archives/partial"

apt() {
  program=$1
  shift
  APT_CONFIG="$dir/apt.conf" "$program" -o "Apt::Architecture=$GITIAN_KERNEL_ARCH" \
    -o "Apt::Architectures=$GITIAN_KERNEL_ARCH" -o APT::Sandbox::User=root -o "Dir::State::Lists=$lists" \
    -o "Dir::State::Status=$dir/status" -o "Dir::Cache=$boot/cache" "$@"
}

if [ "$GITIAN_KERNEL_ARCH" != "$GITIAN_ARCH" ]; then
  lists=$boot/lists
  mkdir -p "$lists/partial"
  apt apt-get update --error-on=any >&2
fi
kernels=$(apt apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances "$GITIAN_KERNEL" | grep -E '^linux-(image|modules)-[0-9]+\.')
# Before the loader had a package of its own it was part of the service manager's, which is installed.
loader=$GITIAN_LOADER
if [ -n "$loader" ] && ! apt apt-cache show "$loader" >"$boot/shown" 2>&1; then loader=; fi
# Names of packages are words.
# shellcheck disable=SC2086
(cd "$boot/debs" && apt apt-get download $kernels busybox-static $loader >&2)
for deb in "$boot/debs/"*.deb; do
  # shellcheck disable=SC2016 # dpkg's own variables
  dpkg-deb --show --showformat='${Package} ${Version} ${Architecture}\n' "$deb"
  case ${deb##*/} in
    linux-*) dpkg-deb --extract "$deb" "$tree" ;;
    *) dpkg-deb --extract "$deb" "$boot/tools" ;;
  esac
done >"$boot/fetched"
rm -r "$boot/debs"
# shellcheck disable=SC2046
apt apt-cache show $(sed 's/\([^ ]*\) \([^ ]*\) \(.*\)/\1:\3=\2/' "$boot/fetched") |
  grep -E '^(Package|Version|Architecture|Filename|SHA256):|^$' >"$boot/available"

cp "$tree/boot/vmlinuz-"* "$boot/vmlinuz"
version=$(find "$tree/boot" -name 'vmlinuz-*')
version=${version##*/vmlinuz-}
# The guest's own programs for modules read a tree in the shape of its time.
if [ ! -e "$tree/lib" ]; then ln -s usr/lib "$tree/lib"; fi
chroot "$root" depmod -b /.boot "$version"

# The files of modules and of what each of them needs, in the order in which they are loaded.
files_of() {
  for module in "$@"; do
    chroot "$root" modprobe --show-depends --dirname /.boot --set-version "$version" "$module" 2>/dev/null || :
  done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++'
}
# shellcheck disable=SC2086
files_of $GITIAN_MODULES >"$boot/early"
# shellcheck disable=SC2086
files_of $GITIAN_MODULES $GITIAN_LATER_MODULES >"$boot/all"

if [ -n "$GITIAN_LOADER" ]; then
  case $GITIAN_KERNEL_ARCH in
    amd64) machine=x64 name=BOOTX64.EFI ;;
    i386) machine=ia32 name=BOOTIA32.EFI ;;
  esac
  for from in "$boot/tools" "$root"; do
    efi=$from/usr/lib/systemd/boot/efi/systemd-boot$machine.efi
    if [ -e "$efi" ]; then break; fi
  done
  cp "$efi" "$boot/$name"
fi

ram=$boot/ram
find "$boot/tools" -path '*/bin/busybox' -type f -exec cp {} "$ram/bin/busybox" \;
mkdir "$ram/dev" "$ram/proc" "$ram/sys" "$ram/root"
printf '%s\n' "$GITIAN_RAM_INIT" >"$ram/init"
chmod 755 "$ram/init"
while read -r file; do
  name=${file##*/}
  plain=${name%.ko*}.ko
  case $name in
    *.xz) "$ram/bin/busybox" unxz -c "$root$file" >"$ram/modules/$plain" ;;
    *.zst) zstd -q -d -c "$root$file" >"$ram/modules/$plain" ;;
    *) cp "$root$file" "$ram/modules/$plain" ;;
  esac
  echo "$plain" >>"$ram/modules/order"
done <"$boot/early"
find "$ram" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
(cd "$ram" && find . | LC_ALL=C sort | cpio --quiet --reproducible --owner=0:0 -o -H newc) >"$boot/initrd"

kept=$root/lib/modules/$version
mkdir -p "$kept"
cp "$tree/lib/modules/$version/"modules.builtin* "$tree/lib/modules/$version/modules.order" "$kept"
while read -r file; do
  inner=${file#*"/modules/$version/"}
  mkdir -p "$kept/${inner%/*}"
  cp "$root$file" "$kept/$inner"
done <"$boot/all"
chroot "$root" depmod "$version"
rm -r "$tree" "$boot/tools" "$ram" "$boot/cache"
