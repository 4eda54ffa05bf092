"""The busybox image: `sh` is ash, the tools are applets, and there is no bash (IMG-7)."""

from __future__ import annotations

from simk8s.images.image import Image
from simk8s.images.unix import ROOT
from simk8s.programs import names_of_programs

APPLETS = (
    "[ awk base64 basename cat chgrp chmod chown chroot cksum clear cmp comm cp cut date dd df diff dirname du echo "
    "egrep env expand expr factor false fgrep find flock fold free fsync getopt grep groups gunzip gzip head hexdump "
    "hostname id install kill killall link ln logger ls md5sum mkdir mkfifo mktemp more mount mountpoint mv nc "
    "netstat nice nl nohup nproc nslookup od paste pgrep pidof ping pkill printenv printf ps pwd readlink realpath "
    "renice reset rev rm rmdir sed seq setsid sha1sum sha256sum sha512sum shred shuf sleep sort split stat stty su "
    "sync sysctl tac tail tar tee telnet test time timeout top touch tr traceroute true truncate tty umount uname "
    "unexpand uniq unlink unzip uptime usleep vi watch wc wget which whoami xargs xxd yes zcat"
)
"""The applets of busybox 1.36 that scripts in containers meet."""

_OWN = {"nc": "busybox-nc", "wget": "busybox-wget", "nslookup": "busybox-nslookup"}
_KNOWN = names_of_programs()


def applets(directories: dict[str, str], *more: str) -> tuple[list[str], list[str]]:
    """The applets as executables, known and not; `directories` says for each where it lies if not in /usr/bin."""
    known: list[str] = []
    unknown: list[str] = []
    for name in [*APPLETS.split(), *more]:
        path = f"{directories.get(name, '/usr/bin')}/{name}"
        if name in _OWN:
            known.append(f"{path}={_OWN[name]}")
        else:
            (known if name in _KNOWN else unknown).append(path)
    return known, unknown


_PROGRAMS, _UNMODELLED = applets(dict.fromkeys(APPLETS.split(), "/bin"))

BUSYBOX = Image(
    "busybox",
    based_on=ROOT,
    programs=["/bin/ash", *_PROGRAMS],
    unmodelled=_UNMODELLED,
    links={"/bin/sh": "ash", "/usr/bin/env": "/bin/env"},
    command=["sh"],
    size_bytes=2_200_000,
)

BUSYBOX_1_28 = Image(
    "busybox",
    tags=("1.2[0-8]", "1.2[0-8].*", "1.2[0-8]-*"),
    based_on=BUSYBOX,
    programs=["/bin/nslookup=busybox-nslookup-1.28"],
)
"""The last versions whose nslookup follows the search list, which the documentation of Kubernetes therefore uses."""

IMAGES = (BUSYBOX_1_28, BUSYBOX)
