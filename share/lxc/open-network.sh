# shellcheck shell=sh
# For scripts of root that step into a container's network.

# When a process began, as /proc says. Its name may hold blanks and brackets.
began() {
  stat=$(cat "/proc/$1/stat") || return
  # shellcheck disable=SC2086 # words
  set -- ${stat##*) }
  shift 19
  echo "$1"
}

# Opens the network of the process PID, which began when STARTED says, as file descriptor 3. The number may be another
# process's by now: who is still the same once the network is open, has been so when it was opened.
open_network() {
  if ! command exec 3<"/proc/$1/ns/net" || ! now=$(began "$1") || [ "$now" != "$2" ]; then
    echo 'it has ended' >&2
    exit 1
  fi
  # shellcheck disable=SC3013 # dash has it too
  if [ /proc/self/fd/3 -ef /proc/self/ns/net ]; then
    echo "it has the host's own network" >&2
    exit 1
  fi
}
