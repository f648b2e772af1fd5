#!/bin/sh
# Makes one package of what a base image needs to install others: small-system.sh BASE RESULT NAME…, where the names are
# packages that it stands in for. Needs root.
set -eu
base=$1 result=$2
shift 2
if [ "${INSIDE:-}" = '' ]; then
  INSIDE=1 exec unshare --mount --propagation private -- sh "$0" "$base" "$result" "$@"
fi
work=$(mktemp -d)
trap 'umount "$work/root/tmp" "$work/root" "$work" || :; rmdir "$work"' EXIT
# Not every shell minds EXIT when a signal ends it.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
mount -t tmpfs tmpfs "$work"
root=$work/root tree=$work/tree
mkdir "$root" "$tree"
mount -t squashfs -o ro,loop -- "$base" "$root"
mount -t tmpfs tmpfs "$root/tmp"

wanted='apt base-files bash coreutils dash debianutils diffutils dpkg findutils grep gzip hostname kmod libc-bin login passwd sed tar util-linux'
# Names of packages are words.
# shellcheck disable=SC2086
chroot "$root" apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks \
  --no-replaces --no-enhances $wanted | grep '^[a-z]' | sort -u >"$work/packages"
# A folder that is a link today has its files in what it leads to.
xargs chroot "$root" dpkg --listfiles <"$work/packages" 2>"$work/absent" | sed -nE 's,^/(s?bin|lib[0-9x]*)/,/usr/\1/,; s,^/(.+),\1,p' |
  grep -vE '^usr/share/(doc|man|locale|info|zoneinfo|perl|lintian|bug)/|^usr/lib/systemd/' | sort -u >"$work/files"
tar -C "$root" --no-recursion --ignore-failed-read -c -T "$work/files" 2>"$work/absent" | tar -C "$tree" -x

mkdir -p "$tree/DEBIAN" "$tree/var/lib/dpkg"
for name in passwd group; do cp "$root/usr/share/base-passwd/$name.master" "$tree/etc/$name"; done
for name in shadow gshadow; do sed 's/:.*/:*:19000:0:99999:7:::/' "$tree/etc/passwd" >"$tree/etc/$name"; done
sed 's/:.*/:*::/' "$tree/etc/group" >"$tree/etc/gshadow"
# Of a machine there is nothing but what its making looks at.
printf '#!/bin/sh\n' >"$tree/usr/sbin/sshd"
# shellcheck disable=SC2016 # words of that program
printf '#!/bin/sh\nfor last; do :; done\necho ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA gitian >"$last.pub"; : >"$last"\n' \
  >"$tree/usr/bin/ssh-keygen"
chmod 755 "$tree/usr/sbin/sshd" "$tree/usr/bin/ssh-keygen"
mkdir -p "$tree/etc/ssh"
cat >"$tree/DEBIAN/control" <<END
Package: small-system
Version: 1
Architecture: amd64
Maintainer: Nobody <nobody@example.org>
Essential: yes
Priority: required
Provides: $(printf '%s, ' "$@" | sed 's/, $//')
Description: for tests
END
dpkg-deb -Zzstd -z1 --root-owner-group --build "$tree" "$work/deb" >/dev/null
cp "$work/deb" "$result"
