#!/bin/sh
# Powers the machine off with all that was written on the disk.
sync
# To the kernel itself: there is no service manager to ask. u makes file systems read-only, o powers off.
echo u >/proc/sysrq-trigger
echo o >/proc/sysrq-trigger
exec sleep infinity
