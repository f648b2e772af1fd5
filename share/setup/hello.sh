#!/bin/sh
# GNU hello's upstream tarball, from the archive that this host installs its own packages from. Sourced; needs apt.

hello_tarball=hello_2.10.orig.tar.gz
hello_sum=31e066137a962676e89f69d1b65382de95a7ef7d914b8cb956f41ea72e0f516b

# Puts the tarball into a folder, unless it is there already: fetch_hello <folder>
fetch_hello() (
  if echo "$hello_sum  $1/$hello_tarball" | sha256sum --check --status 2>/dev/null; then
    return 0
  fi
  # shellcheck disable=SC2016 # apt's own variables
  archive=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' 'Component: main' |
    grep -i -e '^debian ' -e '^ubuntu ' | cut -d ' ' -f 2 | head -n 1)
  if [ -z "$archive" ]; then
    echo "apt on this host knows no archive of Debian or Ubuntu" >&2
    echo "hint: apt-get update" >&2
    return 2
  fi
  echo "fetching $hello_tarball from this host's archive" >&2
  # Whoever apt downloads as may not write where the tarball is to lie.
  fetched=$(mktemp -d) || return
  trap 'rm -rf -- "$fetched"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
  /usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file \
    "${archive%/}/pool/main/h/hello/$hello_tarball" "$fetched/$hello_tarball" "SHA256:$hello_sum" >&2 &&
    mv -- "$fetched/$hello_tarball" "$1/$hello_tarball"
)
