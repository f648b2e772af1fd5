#!/bin/sh
# Runs QEMU in a network of its own, and with a name server of its own: whatever its guest sends comes out of QEMU there,
# and policies that the guest has no power over keep it from the host.
#
#   network.sh run RUN OWN PORT ADDRESSES PROGRAM [ARGUMENT…]
#     Becomes the program, without powers. Says `here` to file descriptor 3, which then lives as long as it does, and waits
#     for a byte from slirp4netns from file descriptor 6. PORT and ADDRESSES, words in one, are keep-out.sh's; OWN is `own`, or
#     `own-with-host` where PORT may be the host's loopback's too. stdin is the lifeline of what it starts beside it.
#   network.sh try
#     Only sees whether it could.
set -eu
here=${0%/*}

# Where QEMU listens for the host, which slirp4netns forwards a port to.
ssh=2222

namespaces() {
  user=
  if [ "$(id -u)" -ne 0 ]; then user='--user --map-root-user'; fi
  # shellcheck disable=SC2086 # words
  exec unshare $user --net --mount --propagation private -- "$@"
}

# Where /etc/resolv.conf really is.
resolver() {
  readlink -e /etc/resolv.conf
}

# What is mounted over a file is gone when the host puts another in its place, and a name server at its loopback would not
# be found here: so it is the folder that is mounted over, where the kernel can.
name_own_server() {
  file=$(resolver) || return 0
  mkdir "$run/resolver"
  echo 'nameserver 10.0.2.3' >"$run/resolver/${file##*/}"
  # The name of RUN may have what separates names there.
  (cd "$run" && mount -t overlay -o "ro,lowerdir=resolver:${file%/*}" overlay "${file%/*}" 2>/dev/null) ||
    mount --bind "$run/resolver/${file##*/}" "$file"
}

what=$1
shift
case $what in
  run) namespaces sh "$0" inside "$PPID" "$@" ;;
  try)
    # It says itself what it can't open.
    : <>/dev/net/tun
    namespaces sh "$0" rules - -
    ;;
  rules)
    if file=$(resolver); then mount --bind "$file" "$file"; fi
    ip link set dev lo up
    exec sh "$here/../network/keep-out.sh" "$@"
    ;;
  inside)
    session=$1 run=$2 own=$3 port=$4 addresses=$5
    shift 5
    name_own_server
    ip link set dev lo up
    echo here >&3
    read -r byte <&6 || :
    exec 6<&-
    if [ -z "$byte" ]; then exit 1; fi
    # No sooner: slirp4netns can't route through an address that is out of reach.
    # shellcheck disable=SC2086 # words
    sh "$here/../network/keep-out.sh" "$port" "$ssh" $addresses
    # Root's files may be another user's.
    powerless='setpriv --no-new-privs --bounding-set -all,+dac_override --inh-caps -all'
    if [ "$own" = own-with-host ] && [ "$port" != - ]; then
      $powerless -- perl "$here/../network/forward.pl" "$port" 10.0.2.2 <"$run/net" >/dev/null 3>&- &
    fi
    # shellcheck disable=SC2016 # words of another shell
    exec $powerless --pdeathsig KILL -- sh -c '[ "$PPID" = "$0" ] && exec "$@"' "$session" "$@"
    ;;
esac
