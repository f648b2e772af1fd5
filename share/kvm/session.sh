#!/bin/sh
# One machine that is up, from QEMU's start to its end:
#
#   session.sh RUN STATE LAYER OWN PORT ADDRESSES PROGRAM [ARGUMENT…]
#
# RUN is a folder of this session's, which is removed at the end, as is the file STATE. What the console and QEMU say
# goes to stderr, up to a bound. LAYER is empty, or a folder that has a shared lock for as long. OWN is `host`, or says with
# PORT and ADDRESSES what a network of QEMU's own is like; see network.sh. The driver reads from stdout
# `started QEMU-PID` and `detached`, and writes `detach` to stdin.
# QEMU lives as long as stdin is open, unless it was detached; file descriptor 8 is open for as long as the session is
# attached and alive, and RUN/alive has a writer for as long as it is alive. SIGTERM kills QEMU.
set -u
umask 077
trap '' HUP INT QUIT PIPE
here=${0%/*}
run=$1 state=$2 layer=$3
shift 3

# How much of the console, and of what slirp4netns says, is kept, in bytes.
most=1048576

# QEMU must not outlive this shell, should that be killed; only Linux can say so. It needs none of root's powers but that
# of opening other users' files; only root can lay them down.
bind=
for powers in '--no-new-privs --bounding-set -all,+dac_override --inh-caps -all' ''; do
  # shellcheck disable=SC2086 # words
  if [ -z "$bind" ] && setpriv --pdeathsig KILL $powers -- true 2>/dev/null; then
    bind="setpriv --pdeathsig KILL $powers --"
  fi
done

if [ -n "$layer" ]; then
  exec 9<"$layer"
  flock -s 9 2>/dev/null
fi

# slirp4netns ends with what holds RUN/net open for writing, QEMU; and QEMU without it would be out of everybody's reach.
# What it says is of no interest unless it fails, and would stand after what QEMU says; the beginning of it is kept.
# Either side may be killed before it has opened its ends, and who opens a FIFO alone waits for the other: so both begin
# with RUN/net (3) and RUN/up (6) open in both directions, and turn each into the one that they need.
start_in_own_network() {
  # The sandbox unmounts all that root sees, and what mounts share with others is unmounted there too.
  apart=
  if [ "$(id -u)" -eq 0 ]; then apart='unshare --mount --propagation private --'; fi
  loopback=--disable-host-loopback
  if [ "$1" = own-with-host ]; then loopback=; fi
  mkfifo "$run/net" "$run/up" "$run/words"
  exec 3<>"$run/net" 6<>"$run/up"
  sh "$here/network.sh" run "$run" "$@" </dev/null 3>"$run/net" 6<"$run/up" >&5 2>&1 4<&- 5>&- 7>&- 8>&- &
  qemu=$!
  {
    exec 3<"$run/net" 6>"$run/up"
    if read -r _ <&3; then
      # shellcheck disable=SC2094 # a FIFO
      exec 4<>"$run/words" 5<"$run/words" 4>"$run/words"
      {
        head -c "$most" >"$run/said"
        exec cat
      } <&5 3<&- 4>&- 5<&- 6>&- &
      keeper=$!
      # shellcheck disable=SC2086 # words
      setpriv --pdeathsig KILL -- $apart \
        slirp4netns --configure --mtu=65520 --enable-sandbox $loopback --api-socket "$run/network" \
        --ready-fd=6 --exit-fd=3 "$qemu" tap0 >/dev/null 2>&4 4>&- 5<&- &
      slirp=$!
      # The other sides read up to the end, so nobody else may have them open.
      exec 4>&- 5<&- 6>&-
      wait "$slirp"
      code=$?
      wait "$keeper"
      if [ "$code" -gt 128 ]; then
        echo 'slirp4netns: it was killed' >&2
      elif [ "$code" -ne 0 ]; then
        echo "slirp4netns: $(tail -n 1 -- "$run/said")" >&2
      fi
      if [ "$code" -ne 0 ]; then kill -TERM "$main"; fi
    fi
  } </dev/null >/dev/null 2>&5 4<&- 5>&- 7>&- 8>&- &
  exec 3>&- 6>&-
}

mkfifo "$run/console"
# For whoever finds this folder: whose it is, and who ends its QEMU.
printf '%s\n' "$state" >"$run/owner"
echo "$$" >"$run/session"
exec 4<&0 </dev/null
# Both ends at once: who opened one alone would wait for the other, perhaps for ever.
# shellcheck disable=SC2094 # a FIFO
exec 3<>"$run/console" 6<"$run/console" 5>"$run/console" 3>&-
# Somebody has to read, also where the log can't be written: QEMU waits for a reader when it opens its console.
{
  head -c "$most" >&2
  exec cat
} <&6 >/dev/null 4<&- 5>&- 6<&- 7>&- 8>&- &
exec 6<&- 2>/dev/null
main=$$
qemu=
trap '[ -z "$qemu" ] || kill -KILL "$qemu"' TERM
if [ "$1" = host ]; then
  shift 3
  $bind "$@" </dev/null >&5 2>&1 4<&- 5>&- 7>&- 8>&- &
  qemu=$!
else
  start_in_own_network "$@"
fi
exec 5>&-
trap 'echo detached; exec >/dev/null 2>&1 8>&-' USR1
{
  while read -r word; do
    if [ "$word" = detach ]; then
      kill -USR1 "$main"
      exit 0
    fi
  done
  kill -KILL "$qemu"
} <&4 4<&- >/dev/null 2>&1 7>&- 8>&- &
listener=$!
exec 4<&-
echo "started $qemu"

# A signal ends the wait, not QEMU.
while :; do
  wait "$qemu"
  code=$?
  if [ "$code" -le 128 ] || ! kill -0 "$qemu" 2>/dev/null; then break; fi
done
trap '' TERM USR1
# It may be too young to hear anything else.
kill -KILL "$listener" 2>/dev/null
wait
rm -f -- "$state"
rm -rf -- "$run"
exit "$code"
