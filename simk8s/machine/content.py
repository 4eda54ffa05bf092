"""File and stream content that may have holes, so that a 48 MiB log file costs a few bytes.

A `Sparse` is used like `bytes`: `len`, slices, `+` and `bytes(...)` work alike, so most code never asks which it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias


class Sparse:
    """An immutable run of segments: bytes, or an int for that many zero bytes which are not stored.

    >>> page = Sparse([b"head", 12])
    >>> len(page), bytes(page[2:8])
    (16, b'ad\\x00\\x00\\x00\\x00')
    """

    __slots__ = ("length", "segments", "weight")

    def __init__(self, segments: Iterable[bytes | int]) -> None:
        merged: list[bytes | int] = []
        length = holes = 0
        last: bytes | int = b""
        for segment in segments:
            if not segment:
                continue
            if isinstance(segment, int):
                length += segment
                holes += segment
            else:
                length += len(segment)
            if merged and type(last) is type(segment):
                last = merged[-1] = last + segment  # type: ignore[operator]
            else:
                merged.append(segment)
                last = segment
        self.segments = tuple(merged)
        self.length = length  # as `len`, for those who ask often
        self.weight = length - holes  # the bytes that are really stored

    def __len__(self) -> int:
        return self.length

    def __bytes__(self) -> bytes:
        return b"".join(bytes(s) if isinstance(s, int) else s for s in self.segments)

    def __getitem__(self, key: slice) -> Content:
        start, stop, step = key.indices(self.length)
        if step != 1:
            raise ValueError("content is cut in steps of 1 only")
        first = self.segments[0] if self.segments else b""
        if type(first) is bytes:
            if stop <= len(first):
                return first[start:stop]
        elif len(self.segments) == 1:
            return _hole(stop - start) if stop > start else b""
        if stop - start == self.length and len(self.segments) > 1:
            return self
        return _whole(self._cut(start, stop))

    def __add__(self, other: Content) -> Content:
        return Sparse([*self.segments, *segments(other)])

    def __radd__(self, other: Content) -> Content:
        return Sparse([*segments(other), *self.segments])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sparse) and self.segments == other.segments

    def __hash__(self) -> int:
        return hash(self.segments)

    def __repr__(self) -> str:
        return f"Sparse({list(self.segments)!r})"

    def _cut(self, start: int, stop: int) -> list[bytes | int]:
        """The segments between two places: parts of merged ones are merged."""
        found: list[bytes | int] = []
        for segment in self.segments:
            length = segment if isinstance(segment, int) else len(segment)
            if stop <= 0:
                break
            if start <= 0 and stop >= length:
                found.append(segment)
            elif start < length:
                low, high = max(start, 0), min(stop, length)
                if low < high:
                    found.append(high - low if isinstance(segment, int) else segment[low:high])
            start -= length
            stop -= length
        return found


Content: TypeAlias = bytes | Sparse


def segments(content: Content) -> tuple[bytes | int, ...]:
    """The stored pieces and holes of any content."""
    return (content,) if isinstance(content, bytes) else content.segments


def padded(data: bytes, size: int) -> Content:
    """`data` followed by a hole, `size` bytes in all (never less than the data)."""
    return Sparse([data, size - len(data)]) if size > len(data) else data


def dense(content: Content) -> bytes:
    """The stored bytes before the first hole: what a program wrote into a padded file.

    Eight zero bytes count as a hole, so that a copy made by a program that knows nothing of holes reads the same.
    """
    first: bytes | int
    if isinstance(content, bytes):
        first = content
    else:
        first = content.segments[0] if content.segments else b""
    return first.partition(bytes(8))[0] if isinstance(first, bytes) else b""


def weight(content: Content) -> int:
    """The bytes that are really stored. Holes take bandwidth but no room in a buffer (SIM)."""
    return len(content) if type(content) is bytes else content.weight  # type: ignore[union-attr]


def joined(pieces: Sequence[Content]) -> Content:
    """The pieces one behind the other."""
    if len(pieces) == 1:
        return pieces[0]
    found: list[bytes | int] = []
    has_holes = False
    for piece in pieces:
        if type(piece) is Sparse:
            found += piece.segments
            has_holes = True
        else:
            found.append(piece)  # type: ignore[arg-type]
    return content_of(found) if has_holes else b"".join(found)  # type: ignore[arg-type]


def split(content: Content, at: int) -> tuple[Content, Content]:
    """The first `at` bytes, and the rest."""
    if isinstance(content, bytes):
        return content[:at], content[at:]
    first = content.segments[0] if content.segments else b""
    if isinstance(first, int) and 0 < at < first:  # one of many pieces of a long hole
        return _hole(at), _without(content, at, first - at)
    before: list[bytes | int] = []
    after: list[bytes | int] = []
    for segment in content.segments:
        length = segment if isinstance(segment, int) else len(segment)
        if at >= length:
            before.append(segment)
        elif at <= 0:
            after.append(segment)
        else:
            before.append(at if isinstance(segment, int) else segment[:at])
            after.append(length - at if isinstance(segment, int) else segment[at:])
        at -= length
    return _whole(before), _whole(after)


def splice(content: Content, offset: int, data: Content) -> Content:
    """`content` with `data` written at `offset`; a gap before it becomes a hole, as on a real file system."""
    length = content.length if type(content) is Sparse else len(content)
    if offset == length:
        return content + data if length else data
    if offset > length:
        return Sparse([*segments(content), offset - length, *segments(data)])
    if type(content) is Sparse and type(data) is bytes and len(content.segments) == 2:
        first = content.segments[0]
        if type(first) is bytes and len(first) == offset and offset + len(data) < length:
            return padded(first + data, length)  # a log's next entry, where nothing was written behind it
    return content_of([*segments(content[:offset]), *segments(data), *segments(content[offset + len(data) :])])


def as_json(content: Content) -> list[Any] | str:
    """Content as plain data for the history: text where it is text, else a list of text, base64 and holes."""
    import base64

    pieces: list[Any] = []
    for segment in segments(content):
        if isinstance(segment, int):
            pieces.append({"hole": segment})
            continue
        try:
            pieces.append(segment.decode())
        except UnicodeDecodeError:
            pieces.append({"base64": base64.b64encode(segment).decode()})
    if not pieces:
        return ""
    return pieces[0] if len(pieces) == 1 and isinstance(pieces[0], str) else pieces


def from_json(data: list[Any] | str) -> Content:
    """What `as_json` made, back as content."""
    import base64

    if isinstance(data, str):
        return data.encode()
    return content_of(
        piece.encode()
        if isinstance(piece, str)
        else piece["hole"]
        if "hole" in piece
        else base64.b64decode(piece["base64"])
        for piece in data
    )


def content_of(pieces: Iterable[bytes | int]) -> Content:
    """Content made of such segments, in the simplest form."""
    sparse = Sparse(pieces)
    if not sparse.segments:
        return b""
    first = sparse.segments[0]
    return first if len(sparse.segments) == 1 and isinstance(first, bytes) else sparse


@lru_cache(maxsize=256)  # long holes are passed on in pieces of one length
def _hole(length: int) -> Sparse:
    return Sparse([length])


def _without(content: Sparse, count: int, first: int) -> Sparse:
    """What is left of `content` where `count` bytes of its first segment, a hole, are gone, so that it is `first`."""
    rest = Sparse.__new__(Sparse)
    rest.segments = (first, *content.segments[1:])
    rest.weight, rest.length = content.weight, content.length - count
    return rest


def _whole(merged: list[bytes | int]) -> Content:
    """As `content_of`, of segments that need no merging."""
    if not merged:
        return b""
    if len(merged) == 1 and isinstance(merged[0], bytes):
        return merged[0]
    sparse = Sparse.__new__(Sparse)
    sparse.segments = tuple(merged)
    stored = holes = 0
    for segment in merged:
        if isinstance(segment, int):
            holes += segment
        else:
            stored += len(segment)
    sparse.weight, sparse.length = stored, stored + holes
    return sparse
