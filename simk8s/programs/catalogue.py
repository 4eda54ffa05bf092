"""Which module holds which programs. A module is imported when one of its programs first runs."""

from __future__ import annotations

from importlib import import_module

from simk8s.machine import PROGRAMS, Main, Process
from simk8s.sim import Run

MODULES: dict[str, str] = {
    "files.archive": "tar",
    "files.block_copy": "dd",
    "files.compression": "gzip gunzip zcat gzcat",
    "files.copy": "cp mv install",
    "files.create": "mkdir mkfifo mknod touch mktemp truncate",
    "files.find": "find",
    "files.link": "ln link",
    "files.listing": "ls dir vdir",
    "files.locking": "flock",
    "files.mode": "chmod chown chgrp",
    "files.path": "basename dirname realpath readlink pathchk pwd",
    "files.remove": "rm rmdir unlink",
    "files.shred": "shred",
    "files.space": "df du mountpoint sync fsync",
    "files.status": "stat",
    "network.curl": "curl",
    "network.lookup": "getent nslookup busybox-nslookup busybox-nslookup-1.28 dig host ping",
    "network.ncat": "ncat",
    "network.netcat": "busybox-nc nc netcat",
    "network.nginx": "nginx",
    "network.wget": "wget busybox-wget",
    "processes.calendar": "date",
    "processes.condition": "test [",
    "processes.duration": "sleep usleep timeout",
    "processes.environment": "env printenv nohup nice ionice chrt setsid stdbuf which",
    "processes.identity": "id whoami groups users who pinky logname hostname hostid tty logger stty true false",
    "processes.kernel": "uname arch nproc sysctl uptime free",
    "processes.option_order": "getopt",
    "processes.pause": "pause",
    "processes.privilege": "gosu su-exec setpriv su runuser chroot",
    "processes.signal": "kill pgrep pkill pidof killall ps",
    "processes.stress": "stress",
    "processes.xargs": "xargs",
    "text.awk.awk": "awk gawk nawk mawk",
    "text.columns": "cut paste fold",
    "text.comparison": "cmp diff",
    "text.concatenation": "cat tac rev tee",
    "text.count": "wc",
    "text.dependency": "tsort",
    "text.digest": "md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum sum",
    "text.dump": "od hexdump xxd hd",
    "text.encoding": "base64 base32 basenc",
    "text.ends": "head tail",
    "text.expression": "expr",
    "text.grep": "grep egrep fgrep",
    "text.join": "join",
    "text.number": "factor numfmt",
    "text.neighbour": "uniq comm shuf",
    "text.numbering": "nl",
    "text.order": "sort",
    "text.output": "echo printf seq yes",
    "text.piece": "split csplit",
    "text.sed.sed": "sed",
    "text.substitution": "envsubst",
    "text.tabs": "expand unexpand",
    "text.translation": "tr",
    "unmodelled": "unmodelled",
}
"""Module below this package -> names of its programs, separated by blanks."""


def names_of_programs() -> list[str]:
    """The names of all programs of this floor, sorted; without what is another make of the same program."""
    names = [name for names in MODULES.values() for name in names.split()]
    return sorted(name for name in names if name != "unmodelled" and not name.startswith("busybox-"))


def register() -> None:
    """Put every program into the machine's table, as a promise to import its module."""
    for module, names in MODULES.items():
        promise(f"{__package__}.{module}", names)


def promise(module: str, names: str) -> None:
    """Let programs be found by these names; the module that registers them is imported when one first runs."""
    for name in names.split():
        PROGRAMS.setdefault(name, _importing(module, name))


def _importing(module: str, name: str) -> Main:
    def main(process: Process) -> Run[int]:
        import_module(module)
        return PROGRAMS[name](process)

    return main
