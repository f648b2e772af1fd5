#!/bin/sh
# `npm pack` runs this first, so that the package is the same whoever packs it: compiled anew (`prepare` does that
# next), with git's modes instead of this user's umask, and with the lock file under the name that npm publishes.
set -eu
cd "$(dirname "$0")/.."
rm -rf dist
cp package-lock.json npm-shrinkwrap.json
chmod -R u=rwX,go=rX bin libexec target-bin share docs ./*.md LICENSE package.json npm-shrinkwrap.json
