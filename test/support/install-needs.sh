#!/bin/sh
# Installs the programs that the tests need, where there is root or sudo: without them their tests are skipped, and say so.
set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=share/setup/host-packages.sh
. share/setup/host-packages.sh

[ "$(id -u)" -eq 0 ] || has_program sudo || exit 0
{ container_needs && machine_needs; } | install_listed \
  "sudo:sudo:lets an ordinary user build" \
  "/usr/share/OVMF/OVMF_CODE_4M.fd:ovmf:boots machines as VirtualBox does" \
  "openssl:openssl:makes certificates for a server over https" \
  "zip:zip:packs what end users install" \
  "unzip:unzip:reads what canon-zip writes" \
  "strace:strace:strikes programs in a single call" \
  "/usr/lib/python3/dist-packages/yaml:python3-yaml:compares YAML with another reader" \
  "ruby:ruby:compares YAML with the original's writer" \
  "man:man-db:checks the man pages"
