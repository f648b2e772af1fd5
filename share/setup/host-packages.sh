#!/bin/sh
# Installs the host's programs that are missing, saying which and why. Sourced; needs apt.
# Usage: install_missing "program:package:what it is for" ...

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo -- "$@"
  fi
}

# Programs of the administrator are used through sudo, so they count although they aren't on everybody's PATH.
# A name with its whole path may be any file.
has_program() {
  case $1 in
    /*) test -e "$1" ;;
    *) PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null ;;
  esac
}

require_apt() {
  if ! has_program apt-get; then
    echo "This host is neither Debian nor Ubuntu. Install with its own package manager, and run this again:" >&2
    for need in "$@"; do
      echo "  ${need%%:*}: ${need##*:}" >&2
    done
    return 2
  fi
}

install_missing() {
  missing=
  for need in "$@"; do
    program=${need%%:*}
    rest=${need#*:}
    if ! has_program "$program"; then
      echo "installing ${rest%%:*}: ${rest#*:}" >&2
      missing="$missing ${rest%%:*}"
    fi
  done
  [ -n "$missing" ] || return 0
  require_apt "$@" || return
  if [ "$(id -u)" -ne 0 ] && ! has_program sudo; then
    echo "This needs root or sudo. As root: apt-get install$missing" >&2
    return 2
  fi
  log=$(mktemp)
  # The names are words of this project's own lists, one package each.
  # shellcheck disable=SC2086
  if as_root apt-get update >"$log" 2>&1 &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing >>"$log" 2>&1; then
    rm -f -- "$log"
  else
    tail -n 5 -- "$log" >&2
    echo "apt-get could not install$missing; the whole log is in $log" >&2
    return 2
  fi
}

# What containers, their base images, inputs and signatures need.
container_needs() {
  cat <<'NEEDS'
lxc-start:lxc:runs builds in containers
ip:iproute2:keeps the host out of a container's reach
slirp4netns:slirp4netns:gives a container a network without touching the host's
catatonit:catatonit:first process of a container
mmdebstrap:mmdebstrap:makes base images
tar2sqfs:squashfs-tools-ng:packs base images
newuidmap:uidmap:makes base images without root
git:git:fetches the sources of builds
gpg:gnupg:signs and verifies results
NEEDS
}

# What machines and their base images need beside that.
machine_needs() {
  cat <<'NEEDS'
mke2fs:e2fsprogs:makes the disks of machines
qemu-img:qemu-utils:makes the disks of machines
qemu-system-x86_64:qemu-system-x86:runs builds in machines
cpio:cpio:makes what machines start from
zstd:zstd:makes what machines start from
ssh-keygen:openssh-client:makes the keys of machines
sfdisk:fdisk:makes the disks of VirtualBox machines
mformat:mtools:makes the disks of VirtualBox machines
NEEDS
}

# Installs what is listed on stdin and what the caller adds, in one go.
install_listed() {
  listed=$(cat)
  old_ifs=$IFS
  IFS='
'
  set -f
  # One need per line.
  # shellcheck disable=SC2086
  set -- $listed "$@"
  set +f
  IFS=$old_ifs
  install_missing "$@"
}

# Installs this project's own packages where that is not done, or was done for an older package-lock.json: npm writes its
# own list of what it has installed last.
install_project() {
  if [ -z "$(find node_modules/.package-lock.json -newer package-lock.json 2>/dev/null)" ]; then
    echo "installing this project's packages (npm ci)" >&2
    npm ci --no-audit --no-fund --loglevel=error >&2 || return 2
  else
    npm run --silent bundle >&2 || return 2
  fi
}
