"""The alpine image: busybox applets in their usual places, apk, musl; no bash."""

from __future__ import annotations

from simk8s.images.busybox import applets
from simk8s.images.image import Image
from simk8s.images.unix import ESSENTIAL, ROOT

_IN_BIN = [path.rpartition("/")[2] for path in ESSENTIAL] + ["hostname", "netstat", "ping", "ps", "su"]
_PROGRAMS, _UNMODELLED = applets(dict.fromkeys(_IN_BIN, "/bin"), "getent")

ALPINE = Image(
    "alpine",
    based_on=ROOT,
    programs=["/bin/ash", *_PROGRAMS],
    unmodelled=[*_UNMODELLED, "/sbin/apk"],
    links={"/bin/sh": "ash"},
    files={
        "/etc/alpine-release": "3.19.1\n",
        "/etc/os-release": 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.19.1\nPRETTY_NAME="Alpine Linux v3.19"\n',
    },
    command=["/bin/sh"],
    size_bytes=3_400_000,
)

IMAGES = (ALPINE,)
