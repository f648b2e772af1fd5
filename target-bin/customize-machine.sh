#!/bin/sh
# Makes a machine of a base image's root file system: its first process, its ssh server, its name server. Runs as root in
# the guest's root directory after customize-base.sh, once, when the base image is made.
#
# usage: customize-machine.sh USER
# Texts come from variables: GITIAN_INIT and GITIAN_POWEROFF are programs of the machine, GITIAN_KEY is the public key
# that may log in as root and as USER.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
user=$1
place=/usr/lib/gitian

mkdir -p "$place" /usr/local/sbin
printf '%s\n' "$GITIAN_INIT" >"$place/init"
printf '%s\n' "$GITIAN_POWEROFF" >"$place/poweroff"
chmod 755 "$place/init" "$place/poweroff"
# Before the service manager's own, which asks a manager that doesn't run.
ln -s "$place/poweroff" /usr/local/sbin/poweroff
echo 'nameserver 10.0.2.3' >/etc/resolv.conf

# No password opens either of them; "!" would lock out the key as well.
usermod --password '*' root
usermod --password '*' "$user"
printf '%s\n' "$GITIAN_KEY" >"$place/authorized_keys"
ssh-keygen -q -t ed25519 -N '' -C gitian -f /etc/ssh/ssh_host_ed25519_key

cat >"$place/sshd_config" <<END
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile $place/authorized_keys
AllowUsers root $user
PermitRootLogin without-password
PasswordAuthentication no
ChallengeResponseAuthentication no
UsePAM no
UseDNS no
PrintMotd no
PrintLastLog no
X11Forwarding no
MaxSessions 1000
MaxStartups 1000
Subsystem sftp internal-sftp
END
# Only the host reaches this server. It knocks early, and isn't to be punished for it where the server would.
mkdir -p /run/sshd
if sshd -t -f "$place/sshd_config" -o PerSourcePenalties=no 2>/dev/null; then
  echo 'PerSourcePenalties no' >>"$place/sshd_config"
fi
sshd -t -f "$place/sshd_config"
rmdir /run/sshd
