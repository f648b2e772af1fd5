#!/bin/sh
# Powers the machine off with all that was written on the disk.
sync
# Not while something is open for writing; then the journal puts the file system right at the next start.
mount -o remount,ro / || sync
# To the kernel itself: there is no service manager to ask.
echo o >/proc/sysrq-trigger
exec sleep infinity
