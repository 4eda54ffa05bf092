"""The files' part of a fingerprint: names, modes, owners and contents, without times."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter

from simk8s.checker.fingerprint.binlog import MAGIC, timeless
from simk8s.checker.fingerprint.naming import nameless_bytes
from simk8s.machine import Directory, File
from simk8s.machine.content import Content, segments, weight
from simk8s.machine.filesystem import Glance, Inode, Symlink

_MODE, _UID = map(attrgetter, ("mode", "uid"))
_LONG = 1 << 16  # bytes: nobody writes so much text with a time in it
_SHORT = 1 << 12  # bytes: most files are; what crashes leave of them is often what others have left


@dataclass(slots=True)
class _Seen:
    """A directory as it was when it was looked at last, and the digest of what is right in it."""

    directory: Directory
    glance: Glance
    look: tuple[object, ...]
    pieces: dict[int, bytes]
    """What is in each inode, by the identity of its content: that is kept by `look`."""
    digest: bytes
    below: list[tuple[str, Directory]]
    under: list[bytes] = field(default_factory=list)
    """The digests of the directories below, and of all together, as of when it was last asked for."""
    whole: bytes = b""


class FileDigests:
    """Digests of trees. A directory in which nothing has changed since (`Glance`) is not read again, and since contents
    are immutable neither is what is the same object as before.
    """

    def __init__(self) -> None:
        self._long: dict[int, tuple[Content, bytes]] = {}
        self._seen: dict[int, _Seen] = {}

    def of(self, directory: Directory) -> bytes:
        """One digest of everything in and below a directory."""
        seen = self._seen.get(id(directory))
        if seen is None or not seen.glance.holds or seen.directory is not directory:
            seen = self._look(directory, seen if seen is not None and seen.directory is directory else None)
        if not seen.below:
            return seen.digest
        under = [self.of(below) for _, below in seen.below]
        if under != seen.under:
            names = [name.encode() for name, _ in seen.below]
            said = (seen.digest, *(part for pair in zip(names, under, strict=True) for part in pair))
            seen.under, seen.whole = under, blake2b(b"".join(said), digest_size=12).digest()
        return seen.whole

    def _look(self, directory: Directory, seen: _Seen | None) -> _Seen:
        entries = directory.entries
        contents = [getattr(inode, "content", inode) for inode in entries.values()]
        plain = [inode for inode in entries.values() if type(inode) is not Directory]  # each of those speaks for itself
        look = ([directory.mode, directory.uid], [*entries], contents, [*map(_MODE, plain)], [*map(_UID, plain)])
        if seen is None or seen.look != look:
            ids = [*map(id, contents)]
            found = map((seen.pieces if seen is not None else {}).get, ids)
            pieces = [
                self._inode(inode) if piece is None else piece
                for piece, inode in zip(found, entries.values(), strict=True)
            ]
            by_id = dict(zip(ids, pieces, strict=True))
            below = sorted((name, inode) for name, inode in entries.items() if type(inode) is Directory)
            digest = _digest_of(directory, dict(zip(entries, pieces, strict=True)))
            seen = self._seen[id(directory)] = _Seen(directory, _NEVER, look, by_id, digest, below)
        seen.glance = _glance(directory, plain)
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


_NEVER = Glance(holds=False)


def _glance(directory: Directory, plain: list[Inode]) -> Glance:
    """Leave word at a directory and its files; where something else is among them, it has to be looked at again."""
    files = [inode for inode in plain if type(inode) is File]
    if len(files) < len(plain):
        return _NEVER
    glance = Glance()
    known: tuple[Directory | File, ...] = (directory, *files)
    for inode in known:
        if inode.glance is not None:  # somebody else's, who has to look again: a file knows one only
            inode.glance.holds = False
        inode.glance = glance
    return glance


def _digest_of(directory: Directory, pieces: dict[str, bytes]) -> bytes:
    """Of a directory's names, with what is behind them."""
    names = sorted(pieces)
    plain = [inode for name in names if type(inode := directory.entries[name]) is not Directory]
    numbers = repr(([directory.mode, directory.uid], [*map(_MODE, plain)], [*map(_UID, plain)])).encode()
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
