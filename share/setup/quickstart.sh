#!/bin/sh
# Builds GNU hello in a container, signs what came out with a throw-away key, and verifies the signature.
# Installs what that needs; everything else stays in the folder quickstart/. Running it again reuses what is there.
set -eu

cd "$(dirname "$0")/../.."
root=$PWD
# shellcheck source=share/setup/host-packages.sh
. share/setup/host-packages.sh
# shellcheck source=share/setup/hello.sh
. share/setup/hello.sh

say() {
  printf '\n%s\n' "$*" >&2
}

# Shows a command as one would type it, and runs it.
try() {
  printf '\n$ %s\n' "$*" >&2
  "$@"
}

distribution=
suite=
if [ -r /etc/os-release ]; then
  distribution=$(. /etc/os-release && echo "${ID:-}")
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
fi
case $distribution in
  debian | ubuntu) ;;
  *)
    echo "quickstart: this host is \"${distribution:-unknown}\", and quickstart knows Debian and Ubuntu only" >&2
    echo "hint: install these, make a base image as README.md says, and build share/examples/hello.yml:" >&2
    container_needs | sed 's/^\([^:]*\):[^:]*:/  \1: /' >&2
    exit 2
    ;;
esac

container_needs | install_listed
install_project

work=$root/quickstart
mkdir -p "$work/inputs"
cd "$work"
PATH=$root/bin:$PATH
export PATH USE_LXC=1 GITIAN_CACHE="$work/user-cache"
unset GITIAN_BASE

fetch_hello inputs

sed -e "s/^distro: .*/distro: $distribution/" -e "s/^  - bookworm$/  - $suite/" "$root/share/examples/hello.yml" >hello.yml

if [ ! -e "base-$suite-amd64" ]; then
  try make-base-vm --lxc --distro "$distribution" --suite "$suite" --arch amd64
fi
try gbuild hello.yml

# A keyring of its own: nothing here touches the user's keys. GnuPG's sockets need a short path.
keyring=$work/keyring
mkdir -p "$keyring"
chmod 700 "$keyring"
link=
trap '[ -z "$link" ] || { GNUPGHOME="$link/k" gpgconf --kill all; rm -rf -- "$link"; }' EXIT
# Not every shell minds EXIT when a signal ends it.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
link=$(mktemp -d)
ln -s -- "$keyring" "$link/k"
export GNUPGHOME="$link/k"
if ! gpg --batch --quiet --list-secret-keys quickstart >/dev/null 2>&1; then
  say "Making a throw-away key in $keyring"
  gpg --batch --quiet --passphrase '' --quick-generate-key 'quickstart (throw-away key)' ed25519 sign never 2>/dev/null
fi
try gsign --signer quickstart --release quickstart --force hello.yml
try gverify --release quickstart hello.yml

cat >&2 <<DONE

Everything lies in $work:
  build/out/                the program that was built
  result/hello-res.yml      what went in and what came out
  sigs/hello/quickstart/    the signed assertion
  var/                      logs
  user-cache/               packages for further builds here (your own keep them in ~/.cache/gitian)

Next, in your own folder (put $root/bin on your PATH):
  make-base-vm --lxc --suite $suite     a base image, once
  gbuild <package>.yml                    build
  gsign --signer <key> --release <name> <package>.yml
  gverify --release <name> <package>.yml
DONE
