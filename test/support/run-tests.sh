#!/bin/sh
# `npm test`: installs what the tests need, compiles, and runs everything this machine can run.
# Arguments go to vitest: npm test -- --project unit
set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=share/setup/host-packages.sh
. share/setup/host-packages.sh

sh test/support/install-needs.sh || true
install_project
# Some tests start programs that load single modules.
npx --no-install tsc -p tsconfig.build.json --noCheck

exec npx --no-install vitest run --reporter=default --reporter=./test/support/closing-line.ts "$@"
