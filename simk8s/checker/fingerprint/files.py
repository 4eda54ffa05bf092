"""The files' part of a fingerprint: names, modes, owners and contents, without times."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from operator import attrgetter

from simk8s.checker.fingerprint.binlog import MAGIC, timeless
from simk8s.checker.fingerprint.naming import nameless_bytes
from simk8s.machine import Directory, File
from simk8s.machine.content import Content, segments
from simk8s.machine.filesystem import Inode, Symlink

_ALL_OF_A_FILE = attrgetter("content", "mode", "uid")
_LONG = 1 << 16  # bytes: nobody writes so much text with a time in it


@dataclass(slots=True)
class _Seen:
    """A directory as it was when it was looked at last, and the digest of what is right in it."""

    directory: Directory
    look: list[object]
    digest: bytes
    below: list[tuple[str, Directory]]


class FileDigests:
    """Digests of trees. Contents are immutable, so a directory in which all are the same objects is not read again."""

    def __init__(self) -> None:
        self._contents: dict[int, tuple[Content, bytes]] = {}
        self._seen: dict[int, _Seen] = {}

    def of(self, directory: Directory) -> bytes:
        """One digest of everything in and below a directory."""
        seen = self._look(directory)
        if not seen.below:
            return seen.digest
        digest = blake2b(seen.digest, digest_size=12)
        for name, below in seen.below:
            digest.update(name.encode())
            digest.update(self.of(below))
        return digest.digest()

    def _look(self, directory: Directory) -> _Seen:
        inodes = directory.entries.values()
        try:
            contents = [*map(_ALL_OF_A_FILE, inodes)]
        except AttributeError:  # not all of them are files
            contents = [(getattr(inode, "content", inode), inode.mode, inode.uid) for inode in inodes]
        look: list[object] = [directory.mode, directory.uid, *directory.entries, *contents]
        seen = self._seen.get(id(directory))
        if seen is None or seen.directory is not directory or seen.look != look:
            entries = sorted(directory.entries.items())
            below = [(name, inode) for name, inode in entries if type(inode) is Directory]
            seen = self._seen[id(directory)] = _Seen(directory, look, self._own(directory, entries), below)
        return seen

    def _own(self, directory: Directory, entries: list[tuple[str, Inode]]) -> bytes:
        pieces = [b"%d %d" % (directory.mode, directory.uid)]
        for name, inode in entries:
            pieces.append(name.encode())
            pieces.append(b"%s %d %d" % (self._inode(inode), inode.mode, inode.uid))
        return blake2b(b"\0".join(pieces), digest_size=12).digest()

    def _inode(self, inode: Inode) -> bytes:
        if type(inode) is not File:
            return f"{type(inode).__name__} {inode.target if type(inode) is Symlink else ''}".encode()
        content = inode.content
        known = self._contents.get(id(content))
        if known is None or known[0] is not content:
            known = self._contents[id(content)] = (content, _digest(content))
        return known[1]


def _digest(content: Content) -> bytes:
    digest = blake2b(digest_size=12)
    for segment in segments(content):
        if isinstance(segment, int):
            digest.update(b"hole %d" % segment)
        elif segment.startswith(MAGIC):
            for piece in timeless(segment):
                digest.update(piece)
        else:
            digest.update(nameless_bytes(segment) if len(segment) <= _LONG else segment)
    return digest.digest()
