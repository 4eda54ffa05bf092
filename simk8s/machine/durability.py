"""What of a file system is on disk, and what a loss of power takes away.

A file remembers its content as it was when it was last forced to disk, a directory its names. fsync(2) makes durable
the content of a file and, as ext4 and XFS do, its name; other names are made durable by an fsync of their directory, or
by sync(2). Whatever nobody forces, the kernel writes back by itself after a while. Until then each file and each
directory is written, or is not, independently of the others: so a rename may be there before the content of what was
renamed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from simk8s.machine.filesystem import Directory, File, Inode, unseen

WRITE_BACK_SECONDS = 30.0  # vm.dirty_expire_centisecs

Keep = Callable[[str, Inode], bool]
"""Whether what was not forced to disk of the file or directory at this path had been written back by chance."""


@dataclass(frozen=True, slots=True)
class Stake:
    """What a loss of power would change: names in directories, contents of files."""

    names: bool = False
    contents: bool = False

    def __or__(self, other: Stake) -> Stake:
        return Stake(self.names or other.names, self.contents or other.contents)


def before_write(file: File, now: float) -> None:
    """The content of a file is about to change."""
    if file.glance is not None:
        unseen(file)
    if file.dirty_since is None or now - file.dirty_since > WRITE_BACK_SECONDS:
        file.durable, file.dirty_since = file.content, now


def before_change(directory: Directory, now: float) -> None:
    """The names in a directory are about to change."""
    if directory.glance is not None:
        unseen(directory)
    if directory.durable is None or now - directory.dirty_since > WRITE_BACK_SECONDS:
        directory.durable, directory.dirty_since = dict(directory.entries), now
    directory.changed_at = now


def force(file: Inode | None, parent: Directory | None, name: str) -> None:
    """fsync(2): of a file, with its name, or of a directory."""
    if isinstance(file, File):
        file.durable, file.dirty_since = b"", None
    elif isinstance(file, Directory):
        file.durable = None
    if file is not None and parent is not None and parent.durable is not None:
        parent.durable[name] = file


def force_all(directory: Directory) -> None:
    """sync(2), for everything below a directory."""
    directory.durable = None
    for inode in directory.entries.values():
        if isinstance(inode, Directory):
            force_all(inode)
        elif isinstance(inode, File):
            inode.durable, inode.dirty_since = b"", None


def lose(top: Directory, now: float, keep: Keep, path: str = "") -> Iterator[tuple[str, Directory, str, Inode | None]]:
    """Take away what had not reached the disk.

    Yields (path of the directory, the directory, name, what was there) for each name that changes, and for a file whose
    content does, after it was done; what is there now can be looked up.
    """
    if top.durable is not None and now - top.changed_at <= WRITE_BACK_SECONDS and not keep(path or "/", top):
        unseen(top)
        before, top.entries = top.entries, dict(top.durable)
        for name in sorted(before.keys() | top.entries.keys()):
            if before.get(name) is not top.entries.get(name):
                yield path, top, name, before.get(name)
    top.durable = None
    for name, inode in sorted(top.entries.items()):
        below = f"{path}/{name}"
        if isinstance(inode, Directory):
            yield from lose(inode, now, keep, below)
        elif isinstance(inode, File) and inode.dirty_since is not None:
            is_lost = now - inode.mtime <= WRITE_BACK_SECONDS and not keep(below, inode)
            if is_lost:
                unseen(inode)
                inode.content = inode.durable
            inode.durable, inode.dirty_since = b"", None
            if is_lost:
                yield path, top, name, inode


def stake(top: Directory, now: float) -> Stake:
    """What a loss of power at this moment would change in and below a directory."""
    names = top.durable is not None and now - top.changed_at <= WRITE_BACK_SECONDS and top.durable != top.entries
    found = Stake(names=names)
    for inode in top.entries.values():
        if isinstance(inode, Directory):
            found |= stake(inode, now)
        elif isinstance(inode, File) and inode.dirty_since is not None and now - inode.mtime <= WRITE_BACK_SECONDS:
            found |= Stake(contents=inode.content != inode.durable)
    return found
