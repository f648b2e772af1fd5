# shellcheck shell=bash
# Completes the words of Gitian's commands in bash: options as `--help` has them, and the values of those that take one of
# a few. Source it, from ~/.bashrc for instance.

_gitian() {
  local command=$1 word=$2 before=$3 words=
  case $before in
    --backend) words='kvm lxc vbox' ;;
    --network) words='full packages none' ;;
    --arch) words='amd64 i386' ;;
    --format) words='text json github' ;;
    --distro) words='debian ubuntu' ;;
    *)
      if [[ $word == -* ]]; then
        words=$("$command" --help 2>/dev/null | grep -oE -- '(^ +|, )--?[a-z][a-z_-]*' | tr -d ' ,')
      elif [[ ${command##*/} == gitian-cache && $COMP_CWORD == 1 ]]; then
        words='list remove'
      fi
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

# Everything else is a file's name.
complete -o default -F _gitian gbuild gsign gverify make-base-vm gitian-updater canon-zip gitian-cache \
  make-clean-vm start-target stop-target on-target copy-to-target copy-from-target
