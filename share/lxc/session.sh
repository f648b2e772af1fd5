#!/bin/sh
# One started target, from its mounts to its end. launch.sh runs it as root in a mount namespace of its own, so that
# the mounts vanish with the processes:
#
#   session.sh NAME BASE TARGET STATE NETWORK SHIFT PORT ADDRESS...
#
# NAME is the container's, unique on this host. BASE is the squashfs, TARGET the folder that holds `config`, `upper`
# and `work`, STATE a file to remove at the end. NETWORK is `own`, `own-with-host` (the guest reaches the host's
# loopback), `bridge`, or `none`. SHIFT is the host's id for root of the container, which gets a user namespace with
# 65536 ids; where that can't be, or SHIFT is 0, root of the container is root of the host. If TARGET has a link `layer`
# to a folder, the `upper` in that lies between the two; the folder has a shared lock for as long as the session lives.
# The host's ADDRESSes are kept out of an own network, but for PORT; see network.sh.
#
# The driver reads one line per event from stdout:
#   unshifted REASON | users HEX | ready SESSION-PID INIT-PID | busy | failed STAGE | detached | lost WHAT | taken | kept |
#   sealed BYTES
# and writes `detach`, `stop`, `seal`, or `take OWNER FOLDER...` to stdin. The session lives as long as its stdin is open, unless
# it was detached; SIGTERM stops it too. File descriptor 8 is open for as long as it is attached and alive.
#
# `take` ends the container, moves folders of the guest to TARGET/taken (see take.pl), says `taken`, or `kept` where
# they have to be copied instead, and stops. `seal` ends the container, moves what it wrote to TARGET/sealed, and stops.
#
# Whatever happens arrives as a line in one FIFO, so nothing is ever polled: a program holds a FIFO of its own open, and
# whoever reads that sees its end. Everything dies with the session (pdeathsig), however the session dies.
set -eu
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

name=$1 base=$2 target=$3 state=$4 network=$5 shift=$6
shift 6
here=${0%/*}
# shellcheck source=share/lxc/open-network.sh
. "$here/open-network.sh"
lxcpath=/run/gitian
run=$lxcpath/$name
init=
container=
helpers=
ready=
detached=

trap '' HUP INT PIPE

say() {
  printf '%s\n' "$*" || :
}

fail() {
  say failed "$1"
  exit 1
}

# The folder is the lock: who holds a lock on it owns the name. It may have been removed while this waited, and a
# session that was told to end a moment ago needs a moment to do so.
own_run_folder() {
  while :; do
    mkdir -p -- "$run" || fail run-folder
    command exec 9<"$run" || continue
    if ! flock --timeout 10 9; then
      say busy
      exit 1
    fi
    # shellcheck disable=SC3013 # dash has it too
    if [ /proc/self/fd/9 -ef "$run" ]; then return; fi
  done
}

# What a session leaves: files, two mount points, and, if it was killed, empty control groups. Never a mount. More files
# and folders that are to go may be named; the run folder goes last, since the name is free without it.
clear_run_folder() {
  for group in /sys/fs/cgroup/lxc.*."$name" /sys/fs/cgroup/*/lxc.*."$name"; do
    # lxc-attach makes groups below.
    if [ -d "$group" ]; then find "$group" -depth -type d -exec rmdir -- {} + || :; fi
  done
  rm -f -- "$run/config" "$run/pid" "$run/init" "$run/started.sh" "/run/lxc/lock$lxcpath/.$name" \
    "$run/events" "$run/go" "$run/unshifted" "$run/container" "$run/network" "$run/said" "$run/up" ${1:+"$1"}
  rmdir -- "$run/lower" "$run/rootfs" "$run/shifted/"* "$run/shifted" ${2:+"$2"} 2>/dev/null || :
}

has_remains() {
  set -- "$run"/*
  [ -e "$1" ]
}

# What lies in there says what root does, so nobody else may have a hand in it; and whoever may rename the folder can't
# put another in its place once this is in it.
enter_target() {
  cd -- "$target" || fail target-folder
  case $(stat -c '%u %A' .) in
    "0 drwx--"[-S]--- | "${SUDO_UID:-0} drwx--"[-S]---) ;;
    *)
      echo "it is another user's, or others may write in it" >&2
      fail target-folder
      ;;
  esac
}

mount_root() {
  if [ -e work ]; then rm -rf --one-file-system -- work || fail target-folder; fi
  is_new=
  if [ ! -d upper ]; then is_new=yes; fi
  mkdir -p -- upper work "$run/lower" "$run/rootfs" "$run/shifted" || fail target-folder
  mount -t squashfs -o ro,loop -- "$base" "$run/lower" || fail mount-base
  layer=
  if [ -L layer ]; then
    command exec 4<layer || fail layer
    # Who looks what is in use has the lock for an instant.
    flock --shared --timeout 5 4 || fail layer
    # shellcheck disable=SC3013 # dash has it too
    [ layer -ef /proc/self/fd/4 ] || fail layer
    layer=layer/upper
  fi
  # When a target is made is nothing that its guest could see.
  if [ -n "$is_new" ]; then touch -r "${layer:-$run/lower}" upper; fi
  if [ "$shift" != 0 ] && said=$(mount_shifted 2>"$run/unshifted"); then
    say users "$said"
    printf 'lxc.idmap = %s\n' "u 0 $shift 65536" "g 0 $shift 65536" >>"$run/config"
  else
    if [ "$shift" != 0 ]; then say unshifted "$(head -n 1 "$run/unshifted")"; fi
    shift=0
    mount_plain
  fi
}

mount_shifted() {
  perl "$here/mount-shifted.pl" "$shift" "$run/shifted" "$run/rootfs" . ${layer:+"$layer"} "$run/lower"
}

# Relative names, because an overlay's options can't hold every character of a workspace's path. What the guest
# writes needn't survive a power cut, so syncing is off where the kernel knows how (5.10).
mount_plain() {
  layers=lowerdir=${layer:+$layer:}$run/lower,upperdir=upper,workdir=work,index=off,redirect_dir=on
  mount -t overlay -o "$layers,volatile,metacopy=off" gitian "$run/rootfs" ||
    mount -t overlay -o "$layers" gitian "$run/rootfs" || fail mount-overlay
}

# Only in a pristine target: later its folders are the guest's, who may have made links of them. A layer has it. A link
# of the base image's would lead to the host's own.
name_server() {
  written=$(ls -A upper) || fail target-folder
  if [ -L layer ] || [ -n "$written" ]; then return; fi
  if [ -L "$run/rootfs/etc" ]; then
    echo "/etc is a link in it" >&2
    fail mount-base
  fi
  # shellcheck disable=SC2016 # words of that shell
  if [ "$network" = bridge ]; then cat /etc/resolv.conf; else echo 'nameserver 10.0.2.3'; fi |
    setpriv --reuid="$shift" --regid="$shift" --clear-groups -- \
      sh -c 'rm -f -- "$0" && cat >"$0"' "$run/rootfs/etc/resolv.conf"
}

listen() {
  while read -r line; do
    case $line in
      detach | stop | seal | take\ *) echo "$line" >&3 ;;
    esac
  done
  echo owner-gone >&3
}

# Sends EVENT when nobody holds FIFO open any more.
watch() {
  {
    read -r _ <"$2" || :
    echo "$1" >&3
  } </dev/null >/dev/null 4<&- 7>&- 8>&- 9<&- &
  helpers="$helpers $!"
}

# lxc-start's output is init's too, so neither is the log, which is open here as stderr: the guest could write to it. Init dies with it. With
# nothing on its PATH it writes the container's ids itself; newuidmap would want them in /etc/subuid.
start_container() {
  lxc_start=$(command -v lxc-start) || fail container
  setpriv=$(command -v setpriv) || fail container
  watch container-ended "$run/container"
  PATH="$run" "$setpriv" --pdeathsig KILL -- "$lxc_start" -F -P "$lxcpath" -n "$name" -f "$run/config" -o "/proc/$$/fd/2" -l ERROR \
    </dev/null >/dev/null 2>&1 3>&- 4<&- 6>"$run/container" 7>&- 8>&- 9<&- &
  container=$!
}

own_network() {
  case $network in own*) ;; *) return 1 ;; esac
}

# slirp4netns writes one byte when it is up, and closes what it wrote to. It complains of each packet that it can't send to
# a network that was cut, so of what it says the beginning is kept. Who reads that ends with it, and tells of its end: its
# last words are in the log by then.
start_network() {
  loopback=--disable-host-loopback
  if [ "$network" = own-with-host ]; then loopback=; fi
  watch network-ended "$run/network"
  {
    read -r byte <"$run/up" || :
    if [ -n "$byte" ]; then echo network-up >&3; fi
  } </dev/null >/dev/null 4<&- 7>&- 8>&- 9<&- &
  helpers="$helpers $!"
  # Both ends at once: who opened one alone would wait for the other, perhaps for ever.
  # shellcheck disable=SC2094 # a FIFO
  exec 5<>"$run/said" 6<"$run/said" 5>"$run/said"
  {
    # head would write last what was said first.
    dd bs=512 count=128 >&2 2>/dev/null || :
    exec cat
  } <&6 >/dev/null 3>&- 4<&- 5>&- 6>"$run/network" 7>&- 8>&- 9<&- &
  # shellcheck disable=SC2086 # no option is no word
  setpriv --pdeathsig KILL -- \
    slirp4netns --configure --mtu=65520 --enable-sandbox $loopback --ready-fd=5 "$init" tap0 \
    </dev/null >&5 2>&1 3>&- 4<&- 5>"$run/up" 6<&- 7>&- 8>&- 9<&- &
  helpers="$helpers $!"
  exec 5>&- 6<&-
}

# Killing init kills the whole container, and waits for all of it; lxc-start then tidies up and ends. One whose child
# dies in mid-start waits for its words without end, and doesn't hear SIGTERM: once init is dead it gets five seconds.
end_container() {
  if [ -z "$container" ]; then return; fi
  if [ -n "$init" ]; then kill -KILL "$init" || :; fi
  # shellcheck disable=SC2016 # words of Perl
  setpriv --pdeathsig KILL -- perl -e '
    my ($container, $init) = @ARGV;
    sub lives {
      open(my $stat, "<", "/proc/$init/stat") or return 0;
      my $line = <$stat>;
      return defined $line && $line !~ /\) [ZX] [^)]*$/;
    }
    do { sleep 5 } while $init && lives();
    kill KILL => $container;
  ' "$container" "$init" </dev/null >/dev/null 3>&- 4<&- 7>&- 8>&- 9<&- &
  guard=$!
  wait "$container" || :
  # It doesn't hear SIGTERM where this shell doesn't.
  kill -KILL "$guard" 2>/dev/null || :
  container=
}

# A signal would end the wait for the container too early; it ends here anyway.
take() {
  trap '' TERM
  end_container
  # shellcheck disable=SC2086 # one word and plain names
  if setpriv --pdeathsig KILL -- perl "$here/take.pl" "$init" "$run/rootfs" upper taken $1 \
    </dev/null >/dev/null 3>&- 4<&- 7>&- 8>&- 9<&-; then
    say taken
  else
    say kept
  fi
}

# Nothing is mounted any more when it is moved.
seal() {
  trap '' TERM
  end_container
  umount "$run/rootfs" || return 0
  size=$(du --summarize --one-file-system --block-size=1 -- upper) || return 0
  mv -T -- upper sealed/upper || return 0
  say sealed "${size%%[!0-9]*}"
}

# Ends everything and waits for it.
finish() {
  trap - EXIT
  trap '' TERM
  # A hook that waits for the network, or will, gives up. Where this shell has no such file, it wouldn't go on.
  { echo stop >&7; } 2>/dev/null || :
  end_container
  for pid in $helpers; do kill -TERM "$pid" 2>/dev/null || :; done
  wait
  cd /
  set -- "$run/rootfs" "$run/shifted/"* "$run/lower"
  umount -- "$@" 2>/dev/null || umount -l -- "$@" 2>/dev/null || :
  clear_run_folder "$state" "$run"
}

enter_target
own_run_folder
if has_remains; then clear_run_folder; fi
trap finish EXIT
echo "$$" >"$run/pid"
cp -- config "$here/started.sh" "$run/" || fail target-folder
mkfifo -m 600 -- "$run/events" "$run/go" "$run/container" "$run/network" "$run/said" "$run/up"
exec 3<>"$run/events" 7<>"$run/go" 4<&0 </dev/null
trap 'echo stop >&3' TERM
(
  trap - TERM
  listen
) <&4 4<&- >/dev/null 7>&- 8>&- 9<&- &
helpers=$!
exec 4<&-
mount_root
name_server
start_container

while :; do
  # A signal ends the read; what it means comes as a line.
  read -r event value <&3 || continue
  case $event in
    started)
      init=$value
      # It waits here, and if it doesn't, its end comes as a line.
      began=$(began "$init") || continue
      echo "$init" >"$run/init"
      if own_network; then start_network; else echo network-up >&3; fi
      ;;
    network-up)
      # No sooner: slirp4netns can't route through an address that is out of reach.
      if own_network; then sh "$here/network.sh" "$init" "$began" keep-out "$@" || fail rules; fi
      echo go >&7
      ready=yes
      say ready "$$" "$init"
      ;;
    container-ended)
      container=
      if [ -z "$ready" ]; then fail container; fi
      say lost container
      exit 1
      ;;
    network-ended)
      if [ -z "$ready" ]; then fail network; fi
      say lost network
      exit 1
      ;;
    detach)
      detached=yes
      say detached
      exec >/dev/null 8>&-
      ;;
    seal)
      seal
      exit 0
      ;;
    take)
      take "$value"
      exit 0
      ;;
    stop) exit 0 ;;
    owner-gone) if [ -z "$detached" ]; then exit 0; fi ;;
  esac
done
