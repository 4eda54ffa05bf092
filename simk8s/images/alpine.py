"""The alpine image: busybox applets in their usual places, apk, musl; no bash."""

from __future__ import annotations

from simk8s.images.busybox import APPLETS
from simk8s.images.image import Image
from simk8s.images.unix import ESSENTIAL, ROOT, paths
from simk8s.programs import names_of_programs

_KNOWN = names_of_programs()
_IN_BIN = {path.rpartition("/")[2] for path in ESSENTIAL} | {"hostname", "netstat", "ping", "ps", "su"}
_PATHS = [f"{'/bin' if name in _IN_BIN else '/usr/bin'}/{name}" for name in [*APPLETS.split(), "getent"]]

ALPINE = Image(
    "alpine",
    based_on=ROOT,
    programs=["/bin/ash", *(path for path in _PATHS if path.rpartition("/")[2] in _KNOWN)],
    unmodelled=[*(path for path in _PATHS if path.rpartition("/")[2] not in _KNOWN), *paths("/sbin", "apk")],
    links={"/bin/sh": "ash"},
    files={
        "/etc/alpine-release": "3.19.1\n",
        "/etc/os-release": 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.19.1\nPRETTY_NAME="Alpine Linux v3.19"\n',
    },
    command=["/bin/sh"],
    size_bytes=3_400_000,
)

IMAGES = (ALPINE,)
