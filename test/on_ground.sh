#!/bin/sh
# test/on_ground.sh COMMAND...: runs it where /dev/shm and /proc exist; elsewhere prints what is missing, and ends with
# 77, which CTest counts as skipped. A chroot without mounts of its own has neither. HANDOFF_ROOT: another root to look
# in, for the test of this script.
root=${HANDOFF_ROOT:-}
missing=""
[ -d "$root/dev/shm" ] && [ -w "$root/dev/shm" ] || missing="a /dev/shm to write to (mount -t tmpfs tmpfs /dev/shm)"
[ -e "$root/proc/self/fd" ] || missing="${missing:+$missing, and }/proc (mount -t proc proc /proc)"
if [ -n "$missing" ]; then
    echo "skipped: needs $missing"
    exit 77
fi
[ $# -eq 0 ] || exec "$@"
