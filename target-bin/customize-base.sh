#!/bin/sh
# Turns a fresh minimal install into a base image's root file system. Runs as root in the guest's root directory, once,
# when the base image is made.
#
# usage: customize-base.sh USER SOURCES SETTINGS
#   USER      name of the build user, and of its group
#   SOURCES   the lines of /etc/apt/sources.list
#   SETTINGS  lines of apt.conf
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
user=$1
sources=$2
settings=$3

echo gitian >/etc/hostname
cat >/etc/hosts <<'END'
127.0.0.1 localhost
127.0.1.1 gitian
END

groupadd --gid 1000 "$user"
useradd --uid 1000 --gid 1000 --create-home --home-dir "/home/$user" --shell /bin/bash "$user"

# Services stay down, also when an upgrade wants to start them, and apt leaves the guest alone.
cat >/usr/sbin/policy-rc.d <<'END'
#!/bin/sh
exit 101
END
chmod 755 /usr/sbin/policy-rc.d
for timer in apt-daily apt-daily-upgrade; do
  if [ -e "/lib/systemd/system/$timer.timer" ]; then
    rm -f "/etc/systemd/system/timers.target.wants/$timer.timer"
    ln -s /dev/null "/etc/systemd/system/$timer.timer"
  fi
done

rm -f /etc/apt/apt.conf.d/99mmdebstrap /etc/dpkg/dpkg.cfg.d/99mmdebstrap
rm -rf /etc/apt/sources.list.d
mkdir /etc/apt/sources.list.d
printf '%s\n' "$sources" >/etc/apt/sources.list
# Nobody reads translated descriptions here, and what is thrown away needn't be synced to disk.
printf '%s\n' 'Acquire::Languages "none";' "$settings" >/etc/apt/apt.conf.d/90gitian
echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/gitian

# What differs from run to run, or is the host's.
rm -f /etc/resolv.conf /etc/ssh/ssh_host_* /var/lib/dbus/machine-id /var/lib/systemd/random-seed
: >/etc/machine-id
rm -rf /var/lib/apt/lists /var/cache/ldconfig/aux-cache
mkdir -p /var/lib/apt/lists/partial
find /var/cache/apt /var/log/apt -type f -exec rm -f {} +
find /var/log -type f -name '*.log' -exec rm -f {} +
find /var/log -type f -exec truncate --size=0 {} +
find /etc /var/lib/dpkg /var/cache/debconf -xdev -name '*-old' -type f -exec rm -f {} +
rm -f /etc/passwd- /etc/group- /etc/shadow- /etc/gshadow- /etc/subuid- /etc/subgid-
find /run /tmp /var/tmp -mindepth 1 -maxdepth 1 ! -path /run/lock -exec rm -rf {} +
