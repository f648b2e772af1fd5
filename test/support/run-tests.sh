#!/bin/sh
# `npm test`: installs what the tests need, compiles, and runs everything this machine can run.
# Arguments go to vitest: npm test -- --project unit
set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=share/setup/host-packages.sh
. share/setup/host-packages.sh

# Without root or sudo the tests that need these are skipped, and say so.
if [ "$(id -u)" -eq 0 ] || has_program sudo; then
  { container_needs && machine_needs; } | install_listed \
    "sudo:sudo:lets an ordinary user build" \
    "/usr/share/OVMF/OVMF_CODE_4M.fd:ovmf:boots machines as VirtualBox does" \
    "openssl:openssl:makes certificates for a server over https" \
    "zip:zip:packs what end users install" \
    "unzip:unzip:reads what canon-zip writes" \
    "strace:strace:strikes programs in a single call" \
    "/usr/lib/python3/dist-packages/yaml:python3-yaml:compares YAML with another reader" \
    "ruby:ruby:compares YAML with the original's writer" \
    "man:man-db:checks the man pages" || true
fi
install_project
# Some tests start programs that load single modules.
npx --no-install tsc -p tsconfig.build.json --noCheck

exec npx --no-install vitest run --reporter=default --reporter=./test/support/closing-line.ts "$@"
