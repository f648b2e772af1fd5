#!/bin/sh
# A package of 1 GB (or $1 MiB) from a server on loopback: gitian-updater against curl, unzip and sha256sum of the same
# (wanted: at most 1.5 times as long). Needs hyperfine.
set -eu

size=${1:-1024}
project=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
GNUPGHOME=$(mktemp -d /tmp/g.XXXX)
export GNUPGHOME
server=
finish() {
  [ -z "$server" ] || kill "$server"
  gpgconf --kill all
  rm -rf "$work" "$GNUPGHOME"
}
trap finish EXIT
trap 'exit 130' INT TERM

cd "$work"
mkdir -p package/gitian
head -c "${size}M" /dev/urandom >package/data
gpg --batch --quiet --passphrase '' --quick-generate-key 'bench <bench@example.org>' ed25519 sign never
key=$(gpg --with-colons --list-keys | sed -n 's/^fpr:*\([0-9A-F]*\):$/\1/p' | head -n 1)
sum=$(sha256sum package/data | cut -d ' ' -f 1)
printf -- '--- !!omap\n- out_manifest: |\n    %s  data\n- release: 1.0\n- name: bench\n' "$sum" >package/gitian/bench.assert
gpg --batch --quiet -u "$key" --detach-sign package/gitian/bench.assert
gpg --export "$key" >package/gitian/bench-key.pgp
(cd package && zip -q1r ../package.zip .)
printf 'signers: {%s: {weight: 1, key: bench}}\nminimum_weight: 1\n' "$key" >config.yml

python3 -u -m http.server --bind 127.0.0.1 0 >server.log 2>&1 &
server=$!
touch server.log
until port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' server.log) && [ -n "$port" ]; do sleep 0.1; done
url="http://127.0.0.1:$port/package.zip"

echo "sums  $sum  data" | sed 's/sums  //' >sums
hyperfine --warmup 1 --runs 3 --export-json "$work/result.json" \
  --prepare 'rm -rf plain plain.zip dest; sync' \
  --command-name 'curl, unzip, sha256sum' "curl -sfo plain.zip $url && unzip -q plain.zip -d plain && cd plain && sha256sum -c --quiet ../sums" \
  --command-name 'curl, unzip, sha256sum, sync' "curl -sfo plain.zip $url && unzip -q plain.zip -d plain && cd plain && sha256sum -c --quiet ../sums && sync data" \
  --command-name gitian-updater "'$project/bin/gitian-updater' -q -c config.yml -d dest -u $url"
# shellcheck disable=SC2016 # the text is for Node, not for the shell
node -e '
  const { results } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
  const least = results[0].median;
  for (const { command, median } of results) {
    console.log(`median ${median.toFixed(2)} s, ${(median / least).toFixed(2)} times  ${command}`);
  }' "$work/result.json"
