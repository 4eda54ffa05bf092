"""The files' part of a fingerprint: names, modes, owners and contents, without times."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter

from simk8s.checker.fingerprint.binlog import MAGIC, timeless
from simk8s.checker.fingerprint.naming import nameless_bytes
from simk8s.machine import Directory, File
from simk8s.machine.content import Content, segments, weight
from simk8s.machine.filesystem import Inode, Symlink

_CONTENT, _MODE, _UID = map(attrgetter, ("content", "mode", "uid"))
_LONG = 1 << 16  # bytes: nobody writes so much text with a time in it
_SHORT = 1 << 12  # bytes: most files are; what crashes leave of them is often what others have left


@dataclass(slots=True)
class _Seen:
    """A directory as it was when it was looked at last, and the digest of what is right in it."""

    directory: Directory
    look: tuple[object, ...]
    pieces: dict[int, bytes]
    """What is in each inode, by the identity of its content: that is kept by `look`."""
    digest: bytes
    below: list[tuple[str, Directory]]


class FileDigests:
    """Digests of trees. Contents are immutable, so a directory in which all are the same objects is not read again."""

    def __init__(self) -> None:
        self._long: dict[int, tuple[Content, bytes]] = {}
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
            contents = [*map(_CONTENT, inodes)]
        except AttributeError:  # not all of them are files
            contents = [getattr(inode, "content", inode) for inode in inodes]
        # lists of what is there already: no pair or number is made for each file of a directory that is as it was
        own: list[object] = [directory.mode, directory.uid]
        look = (own, [*directory.entries], contents, [*map(_MODE, inodes)], [*map(_UID, inodes)])
        seen = self._seen.get(id(directory))
        if seen is None or seen.directory is not directory or seen.look != look:
            ids = [*map(id, contents)]
            known = seen.pieces if seen is not None and seen.directory is directory else {}
            found = zip(map(known.get, ids), inodes, strict=True)
            pieces = [self._inode(inode) if piece is None else piece for piece, inode in found]
            entries = sorted(directory.entries.items())
            digest = _digest_of(own, entries, dict(zip(directory.entries, pieces, strict=True)))
            below = [(name, inode) for name, inode in entries if type(inode) is Directory]
            by_id = dict(zip(ids, pieces, strict=True))
            seen = self._seen[id(directory)] = _Seen(directory, look, by_id, digest, below)
        return seen

    def _inode(self, inode: Inode) -> bytes:
        if type(inode) is not File:
            return f"{type(inode).__name__} {inode.target if type(inode) is Symlink else ''}".encode()
        content = inode.content
        if weight(content) <= _SHORT:
            return _digest_of_short(segments(content))
        known = self._long.get(id(content))
        if known is None or known[0] is not content:
            known = self._long[id(content)] = (content, _digest(segments(content)))
        return known[1]


def _digest_of(own: list[object], entries: list[tuple[str, Inode]], pieces: dict[str, bytes]) -> bytes:
    """Of a directory's names, with what is behind them."""
    names = [name for name, _ in entries]
    inodes = [inode for _, inode in entries]
    numbers = repr((own, [*map(_MODE, inodes)], [*map(_UID, inodes)])).encode()
    said = (numbers, *map(str.encode, names), *map(pieces.__getitem__, names))
    return blake2b(b"\0".join(said), digest_size=12).digest()


def _digest(said: tuple[bytes | int, ...]) -> bytes:
    digest = blake2b(digest_size=12)
    for segment in said:
        if isinstance(segment, int):
            digest.update(b"hole %d" % segment)
        elif segment.startswith(MAGIC):
            for piece in timeless(segment):
                digest.update(piece)
        else:
            digest.update(nameless_bytes(segment) if len(segment) <= _LONG else segment)
    return digest.digest()


_digest_of_short = lru_cache(1 << 14)(_digest)
"""Known to all worlds that are forked from one in which these bytes were in some file."""
