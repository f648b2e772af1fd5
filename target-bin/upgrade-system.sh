#!/bin/sh
# Brings the guest to the archive's present state, once per target or, with "again", once more. Runs as root in the guest.
#
# usage: upgrade-system.sh once|again APT-OPTION…
set -eu
when=$1
shift

marker=/var/cache/gitian/initial-upgrade

if [ "$when" = once ] && [ -e "$marker" ]; then
  exit 0
fi
mkdir -p "${marker%/*}"

# A boot loader finds no boot drive in a container, so its packages stay as they are.
if dpkg-query -W -f '${db:Status-Status}' grub-pc 2>/dev/null | grep -qx installed; then
  echo 'grub-pc hold' | dpkg --set-selections
fi

DEBIAN_FRONTEND=noninteractive apt-get -y -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@" \
  -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold dist-upgrade
touch "$marker"
