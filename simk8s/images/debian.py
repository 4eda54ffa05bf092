"""Debian and Ubuntu base images: bash, dash as `sh`, coreutils, sed, grep, mawk, find, tar; no curl, no ps."""

from __future__ import annotations

from simk8s.images.image import Image
from simk8s.images.unix import COREUTILS, ESSENTIAL, ROOT, paths
from simk8s.programs import names_of_programs

_OS_RELEASE = 'PRETTY_NAME="{pretty}"\nNAME="{name}"\nID={id}\nVERSION_ID="{version}"\nVERSION_CODENAME={codename}\n'

_REAL_BUT_UNKNOWN = [
    *paths("/bin", "mount umount su more login findmnt lsblk"),
    *paths("/usr/bin", "perl diff cmp dpkg apt-get apt apt-cache openssl passwd chsh getopt"),
    *paths("/usr/sbin", "useradd groupadd usermod chroot"),
]

_PROGRAMS = [path for path in [*ESSENTIAL, *COREUTILS] if path.rpartition("/")[2] in names_of_programs()]
_UNMODELLED = [path for path in [*ESSENTIAL, *COREUTILS, *_REAL_BUT_UNKNOWN] if path not in _PROGRAMS]

_MERGED = {"/bin": "usr/bin", "/sbin": "usr/sbin", "/lib": "usr/lib", "/lib64": "usr/lib64"}


def _debian(pattern: str, name: str, identity: str, version: str, codename: str, tags: tuple[str, ...]) -> Image:
    merged = version not in ("8", "9", "10", "16.04", "18.04")
    return Image(
        pattern,
        tags=tags,
        based_on=ROOT,
        links=(_MERGED if merged else {}) | {"/bin/sh": "dash", "/usr/bin/awk": "mawk", "/usr/bin/nawk": "mawk"},
        directories={"/usr/lib": (0o755, 0), "/usr/sbin": (0o755, 0)},
        programs=[*_PROGRAMS, *paths("/bin", "bash dash hostname")],
        unmodelled=_UNMODELLED,
        files={
            "/etc/os-release": _OS_RELEASE.format(
                pretty=f"{name} {version} ({codename})", name=name, id=identity, version=version, codename=codename
            ),
            "/etc/debian_version": f"{version}\n",
            "/root/.bashrc": "# ~/.bashrc: executed by bash(1) for non-login shells.\n",
        },
        command=["bash"],
        size_bytes=50_000_000,
    )


JESSIE = _debian("debian", "Debian GNU/Linux", "debian", "8", "jessie", ("jessie*", "8*"))
STRETCH = _debian("debian", "Debian GNU/Linux", "debian", "9", "stretch", ("stretch*", "9*"))
BUSTER = _debian("debian", "Debian GNU/Linux", "debian", "10", "buster", ("buster*", "10*"))
DEBIAN = _debian("debian", "Debian GNU/Linux", "debian", "12", "bookworm", ("*",))
UBUNTU = _debian("ubuntu", "Ubuntu", "ubuntu", "22.04", "jammy", ("*",))

IMAGES = (JESSIE, STRETCH, BUSTER, DEBIAN, UBUNTU)
