"""File modes: numbers, `u+x` and `drwxr-xr-x`; the programs chmod, chown and chgrp."""

from __future__ import annotations

import re
from collections.abc import Callable

from simk8s.machine import Device, Directory, Errno, Fifo, Inode, Process, SocketFile, Symlink, SyscallError
from simk8s.machine.mount import Location
from simk8s.programs.accounts import gid_of, name_of_gid, name_of_uid, uid_of
from simk8s.programs.files.path import join
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.tool import Failure, complain, tool
from simk8s.sim import Run

_CLAUSE = re.compile(r"([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)")
_SHIFT = {"u": 6, "g": 3, "o": 0}
_BITS = {"r": 4, "w": 2, "x": 1}


def parse_mode(text: str, current: int, *, is_directory: bool, umask: int) -> int | None:
    """The mode that `644` or `u+x,go=r` makes out of `current`; None where the text is not a mode.

    >>> oct(parse_mode("u+x,go=", 0o644, is_directory=False, umask=0o022))
    '0o700'
    """
    if re.fullmatch(r"[0-7]+", text):
        mode = int(text, 8)
        kept = current & 0o6000 if is_directory and len(text) < 5 else 0  # GNU: a short number leaves a directory's s
        return mode | kept if mode <= 0o7777 else None
    mode = current
    for clause in text.split(","):
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            return None
        who, changes = match.groups()
        for operator, permissions in re.findall(r"([-+=])([rwxXstugo]*)", changes):
            mode = _changed(mode, who, operator, permissions, is_directory, umask)
    return mode


def _changed(mode: int, who: str, operator: str, permissions: str, is_directory: bool, umask: int) -> int:
    mask = sum(7 << _SHIFT[letter] for letter in "ugo" if letter in who) if who and "a" not in who else 0o777
    bits = 0
    if permissions and permissions in "ugo":
        bits = ((mode >> _SHIFT[permissions]) & 7) * 0o111
    for letter in permissions:
        if letter in _BITS:
            bits |= _BITS[letter] * 0o111
        elif letter == "X" and (is_directory or mode & 0o111):
            bits |= 0o111
    bits &= mask if who else mask & ~umask
    if "s" in permissions:
        bits |= (0o4000 if "u" in who or not who else 0) | (0o2000 if "g" in who or not who else 0)
    if "t" in permissions:
        bits |= 0o1000
    match operator:
        case "+":
            return mode | bits
        case "-":
            return mode & ~bits
    return (mode & ~mask) | bits


def letters(inode: Inode) -> str:
    """The mode as `ls -l` shows it."""
    kind = {Directory: "d", Symlink: "l", SocketFile: "s", Fifo: "p", Device: "c"}.get(type(inode), "-")
    mode = inode.mode
    text = "".join(letter if mode >> (8 - n) & 1 else "-" for n, letter in enumerate("rwxrwxrwx"))
    for bit, position, letter in ((0o4000, 2, "s"), (0o2000, 5, "s"), (0o1000, 8, "t")):
        if mode & bit:
            shown = letter if text[position] == "x" else letter.upper()
            text = text[:position] + shown + text[position + 1 :]
    return kind + text


@tool("chmod")
def chmod(process: Process) -> Run[int]:
    """Change modes of files."""
    argv, text = _mode_first(process.argv)
    options = parse(
        argv, "R,recursive v,verbose c,changes f,silent,quiet reference: preserve-root no-preserve-root", unmodelled=""
    )
    paths = options.operands
    if "reference" in options:
        text = oct(process.stat(options["reference"]).mode)[2:]
    elif not text:
        if not paths:
            raise UsageError("missing operand")
        text, *paths = paths
    if not paths:
        raise UsageError(f"missing operand after '{text}'")
    if parse_mode(text, 0, is_directory=False, umask=0) is None:
        raise UsageError(f"invalid mode: '{text}'")
    changes = _Changes(process, options)
    return (yield from changes.make(paths, lambda path, place: _chmod_one(process, path, place, text, options)))


def _mode_first(argv: list[str]) -> tuple[list[str], str]:
    """`chmod -x file`: a mode that looks like an option."""
    for position, word in enumerate(argv[1:], 1):
        if re.fullmatch(r"-[rwxXst]+(,.*)?", word):
            return [*argv[:position], *argv[position + 1 :]], word
    return argv, ""


def _chmod_one(process: Process, path: str, place: Location, text: str, options: Options) -> Run[None]:
    inode = place.inode
    assert inode is not None
    mode = parse_mode(text, inode.mode, is_directory=isinstance(inode, Directory), umask=process.umask)
    assert mode is not None
    if process.uid not in (0, inode.uid):
        raise SyscallError(Errno.EPERM, path)
    before = letters(inode)
    old = inode.mode
    yield from process.chmod_at(place, mode)
    if "v" in options or ("c" in options and old != mode):
        yield from process.print(
            f"mode of '{path}' changed from {old:04o} ({before[1:]}) to {mode:04o} ({letters(inode)[1:]})"
            if old != mode
            else f"mode of '{path}' retained as {mode:04o} ({before[1:]})"
        )


@tool("chown")
def chown(process: Process) -> Run[int]:
    """Change owner and group of files."""
    options = parse(
        process.argv,
        "R,recursive v,verbose c,changes f,silent,quiet h,no-dereference dereference H L P reference: from: "
        "preserve-root "
        "no-preserve-root",
        unmodelled="",
    )
    paths = options.operands
    if "reference" in options:
        like = process.stat(options["reference"])
        uid, gid = like.uid, like.gid
    else:
        if not paths:
            raise UsageError("missing operand")
        owner, *paths = paths
        if not paths:
            raise UsageError(f"missing operand after '{owner}'")
        uid, gid = _owner(process, owner)
    return (yield from _chown_all(process, paths, uid, gid, options))


@tool("chgrp")
def chgrp(process: Process) -> Run[int]:
    """Change the group of files."""
    options = parse(
        process.argv,
        "R,recursive v,verbose c,changes f,silent,quiet h,no-dereference dereference H L P preserve-root "
        "no-preserve-root",
        unmodelled="reference:",
    )
    if len(options.operands) < 2:
        raise UsageError("missing operand")
    group, *paths = options.operands
    gid = gid_of(process, group)
    if gid is None:
        raise Failure(f"invalid group: '{group}'")
    return (yield from _chown_all(process, paths, -1, gid, options))


def _owner(process: Process, text: str) -> tuple[int, int]:
    mark = ":" if ":" in text else "."
    user, separator, group = text.partition(mark)
    uid = uid_of(process, user) if user else -1
    if uid is None:
        raise Failure(f"invalid user: '{text}'")
    if group:
        gid = gid_of(process, group)
    else:  # `user:` means that user's login group, which has the same number in these images
        gid = uid if separator and user else -1
    if gid is None:
        raise Failure(f"invalid group: '{text}'")
    return uid, gid


def _chown_all(process: Process, paths: list[str], uid: int, gid: int, options: Options) -> Run[int]:
    was_uid, was_gid = _owner(process, options["from"]) if "from" in options else (-1, -1)
    changes = _Changes(process, options)
    told = options.last_of("vc")

    def change(path: str, place: Location) -> Run[None]:
        inode = place.inode
        assert inode is not None
        owner, group = inode.uid if uid < 0 else uid, inode.gid if gid < 0 else gid
        if (was_uid >= 0 and was_uid != inode.uid) or (was_gid >= 0 and was_gid != inode.gid):
            owner, group = inode.uid, inode.gid
        changing = process.chown_at(place, owner, group)
        if told:
            before, after = (inode.uid, inode.gid), (owner, group)
            if before != after or "v" in options:
                return _and_tell(changing, _tell_owner(process, path, before, after))
        return changing

    return (yield from changes.make(paths, change))


def _and_tell(changing: Run[None], telling: Run[None]) -> Run[None]:
    yield from changing
    yield from telling


def _tell_owner(process: Process, path: str, before: tuple[int, int], after: tuple[int, int]) -> Run[None]:
    group_only = process.argv[0].endswith("chgrp")
    names = [
        name_of_gid(process, group) if group_only else f"{name_of_uid(process, user)}:{name_of_gid(process, group)}"
        for user, group in (before, after)
    ]
    what = f"{'group' if group_only else 'ownership'} of '{path}'"
    changed = f"changed {what} from {names[0]} to {names[1]}"
    yield from process.print(changed if before != after else f"{what} retained as {names[1]}")


class _Changes:
    """Changes of many files, as the options of chmod and chown say how to come to them."""

    def __init__(self, process: Process, options: Options) -> None:
        self.process = process
        self.descends = "R" in options
        self.follows = not self.descends and "h" not in options
        """Whether what a link leads to is changed, not the link."""
        self.is_quiet = "f" in options

    def make(self, paths: list[str], change: Callable[[str, Location], Run[None]]) -> Run[int]:
        """Apply `change` to the paths and, with -R, to everything below; the status."""
        status = 0
        for path in paths:
            try:
                place = self.process.existing(path, follow=self.follows)
            except SyscallError as error:
                if not self.is_quiet:
                    yield from complain(self.process, f"cannot access '{path}': {error.text}")
                status = 1
                continue
            if not (isinstance(place.inode, Symlink) and self.process.argv[0].endswith("chmod")):
                try:
                    yield from change(path, place)
                except SyscallError as error:
                    what = "permissions" if self.process.argv[0].endswith("chmod") else "ownership"
                    if not self.is_quiet:
                        yield from complain(self.process, f"changing {what} of '{path}': {error.text}")
                    status = 1
            if self.descends and isinstance(place.inode, Directory):
                below = [join(path, name) for name in self.process.listdir(path)]
                status |= yield from self.make(below, change)
        return status
