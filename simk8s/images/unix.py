"""What every Unix image has: /etc, /dev, /tmp, /proc, and the programs that come in families."""

from __future__ import annotations

import simk8s.shell  # noqa: F401  # the shells in the images' files are programs once this is imported
from simk8s.images.image import Image
from simk8s.machine import Device, FileSystem
from simk8s.programs.catalogue import promise

promise("simk8s.shell.program", "bash sh ash dash")

PASSWD = """\
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
sys:x:3:3:sys:/dev:/usr/sbin/nologin
mail:x:8:8:mail:/var/mail:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""

GROUP = """\
root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
adm:x:4:
tty:x:5:
mail:x:8:
www-data:x:33:
nogroup:x:65534:
"""

PROC = {
    "/proc/cpuinfo": "".join(f"processor\t: {n}\nmodel name\t: simk8s\ncpu MHz\t\t: 2400.000\n\n" for n in range(4)),
    "/proc/meminfo": "MemTotal:        8000000 kB\nMemFree:         6000000 kB\nMemAvailable:    7000000 kB\n",
    "/proc/version": "Linux version 5.15.0-simk8s\n",
    "/proc/sys/kernel/random/boot_id": "5f3a2c1e-0000-4000-8000-000000000001\n",
    "/proc/sys/vm/max_map_count": "65530\n",
    "/proc/sys/net/core/somaxconn": "4096\n",
}


def paths(directory: str, names: str) -> list[str]:
    """`names` (separated by blanks) as paths in `directory`."""
    return [f"{directory}/{name}" for name in names.split()]


ESSENTIAL = paths(
    "/bin",
    "cat chgrp chmod chown cp date dd df dir echo egrep false fgrep grep gunzip gzip kill ln ls mkdir mknod mktemp "
    "mountpoint mv pwd readlink rm rmdir sed sleep stty sync tar touch true uname vdir zcat",
)
"""What Debian keeps in /bin: the programs that a system needs to come up."""

COREUTILS = paths(
    "/usr/bin",
    "[ b2sum base64 basename cksum cmp comm cut diff dirname du env expr factor find flock fold getent getopt head "
    "hostid id install join link logger md5sum mkfifo mawk nice nl nohup nproc numfmt od paste perl pinky printenv "
    "printf realpath rev seq setpriv sha1sum sha256sum sha512sum shred shuf sort split stat stdbuf sum tac tail tee "
    "test timeout tr truncate tsort tty uniq unlink users wc which whoami xargs yes arch expand unexpand clear tput "
    "chroot dircolors who readlink base32 basenc chcon csplit fmt groups logname pathchk pr ptx runcon sha224sum "
    "sha384sum",
)
"""GNU coreutils and findutils in /usr/bin, with the small tools that every Debian base image brings."""

PROCPS = [*paths("/bin", "ps"), *paths("/usr/bin", "pgrep pkill free uptime top watch pidof")]
"""What is there where the `procps` package is installed."""


def _devices(root: FileSystem) -> None:
    for name, device in {
        "null": "null",
        "zero": "zero",
        "full": "full",
        "random": "urandom",
        "urandom": "urandom",
        "tty": "tty",
        "stdin": "stdin",
        "stdout": "stdout",
        "stderr": "stderr",
        **{f"fd/{number}": f"fd/{number}" for number in (*range(10), *range(48, 64))},  # bash counts down from 63
        **{f"../proc/self/fd/{number}": f"fd/{number}" for number in range(3)},
    }.items():
        path = f"/dev/{name}" if not name.startswith("../") else name.removeprefix("..")
        root.place(path, Device(device))


ROOT = Image(
    "scratch",
    files={"/etc/passwd": PASSWD, "/etc/group": GROUP, "/etc/hosts": "127.0.0.1\tlocalhost\n", **PROC},
    directories={
        "/tmp": (0o1777, 0),
        "/var/tmp": (0o1777, 0),
        "/root": (0o700, 0),
        "/run": (0o755, 0),
        "/var/lib": (0o755, 0),
        "/var/log": (0o755, 0),
        "/home": (0o755, 0),
        "/mnt": (0o755, 0),
        "/opt": (0o755, 0),
        "/srv": (0o755, 0),
        "/usr/local/bin": (0o755, 0),
        "/dev/shm": (0o1777, 0),
        "/sys": (0o555, 0),
    },
    links={"/var/run": "/run"},
    arrange=_devices,
)
"""The ground of the other images; no program is in it."""
