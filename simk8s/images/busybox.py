"""The busybox image: `sh` is ash, the tools are applets, and there is no bash (IMG-7)."""

from __future__ import annotations

from simk8s.images.image import Image
from simk8s.images.unix import ROOT, paths
from simk8s.programs import names_of_programs

APPLETS = (
    "[ awk base64 basename cat chgrp chmod chown chroot cksum clear cmp comm cp cut date dd df diff dirname du echo "
    "egrep env expand expr factor false fgrep find flock fold free fsync getopt grep groups gunzip gzip head hexdump "
    "hostname id install kill killall less link ln logger ls md5sum mkdir mkfifo mktemp more mount mountpoint mv nc "
    "netstat nice nl nohup nproc nslookup od paste pgrep pidof ping pkill printenv printf ps pwd readlink realpath "
    "renice reset rev rm rmdir sed seq setsid sha1sum sha256sum sha512sum shred shuf sleep sort split stat stty su "
    "sync sysctl tac tail tar tee telnet test time timeout top touch tr traceroute true truncate tty umount uname "
    "unexpand uniq unlink unzip uptime usleep vi watch wc wget which whoami xargs xxd yes zcat"
)
"""The applets of busybox 1.36 that scripts in containers meet."""

_KNOWN = names_of_programs()

BUSYBOX = Image(
    "busybox",
    based_on=ROOT,
    programs=["/bin/ash", *(path for path in paths("/bin", APPLETS) if path.removeprefix("/bin/") in _KNOWN)],
    unmodelled=[path for path in paths("/bin", APPLETS) if path.removeprefix("/bin/") not in _KNOWN],
    links={"/bin/sh": "ash", "/usr/bin/env": "/bin/env"},
    command=["sh"],
    size_bytes=2_200_000,
)

IMAGES = (BUSYBOX,)
