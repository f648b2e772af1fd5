#!/bin/sh
# Lists the installed packages with the SHA-256 of their .deb, as the archive's signed index has it. Nothing is
# downloaded. Runs as root in the guest, after apt-get update.
#
# Output: NAME <tab> VERSION <tab> ARCHITECTURE <tab> SHA-256 or "-", one line per package, in no particular order.
set -eu
export LC_ALL=C

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# apt before 1.1 can neither name its lists nor read them out, but has them as they are.
# shellcheck disable=SC2016 # apt's own variable
if apt-get indextargets --format '$(FILENAME)' 'Created-By: Packages' >"$work/lists" 2>/dev/null; then
  set -- /usr/lib/apt/apt-helper cat-file
else
  eval "$(apt-config shell lists Dir::State::lists/d)"
  find "${lists:?}" -maxdepth 1 -name '*_Packages' >"$work/lists"
  set -- cat
fi

# An empty line ends each list, should it not do so itself.
printf '\n\n' >"$work/end"
sed "p; s|.*|$work/end|" "$work/lists" >"$work/in-turn"

# shellcheck disable=SC2016 # dpkg's own variables
dpkg-query -W -f '${Package}\t${Version}\t${Architecture}\t${Status}\t${Installed-Size}\t${Maintainer}\n' >"$work/known"

# A list may have another package of the same name and version, as when two archives build it: what is installed is the
# one whose size and maintainer are those that dpkg knows. Of several, apt takes the first of the sources list.
{
  xargs -r -d '\n' "$@" <"$work/in-turn" || : >"$work/failed"
} | awk -v known="$work/known" '
  BEGIN {
    FS = "\t"
    while ((getline < known) > 0) {
      # Of a package that was removed but for its configuration nothing is there.
      if ($4 ~ / (config-files|not-installed)$/) continue
      key = $1 "\t" $2 "\t" $3
      sum[key] = "-"
      size[key] = $5
      maintainer[key] = $6
      names["Package: " $1] = 1
    }
    RS = ""
    FS = "\n"
  }
  {
    first = $1
    for (i = 2; i <= NF && first !~ /^Package: /; i++) first = $i
    if (!(first in names)) next
    split("", field)
    for (i = 1; i <= NF; i++) {
      colon = index($i, ": ")
      if (colon > 0) field[substr($i, 1, colon - 1)] = substr($i, colon + 2)
    }
    key = field["Package"] "\t" field["Version"] "\t" field["Architecture"]
    if (!(key in sum) || sum[key] != "-" || field["SHA256"] == "") next
    if ("Installed-Size" in field && field["Installed-Size"] != size[key]) next
    if ("Maintainer" in field && field["Maintainer"] != maintainer[key]) next
    sum[key] = field["SHA256"]
  }
  END {
    for (key in sum) print key "\t" sum[key]
  }' >"$work/listing"

if [ -e "$work/failed" ]; then
  echo "apt's lists can't be read" >&2
  exit 1
fi
cat "$work/listing"
