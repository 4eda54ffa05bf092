"""The xbstream format: files in chunks, in the order in which they were read (XB-60)."""

from __future__ import annotations

import struct
import zlib
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from simk8s.machine import Content
from simk8s.machine.content import content_of, joined, segments

MAGIC = b"XBSTCK01"
CHUNK_BYTES = 10 << 20  # what one read of a data file takes, and so one chunk
PAYLOAD, END = b"P", b"E"
HEAD_BYTES = len(MAGIC) + 2 + 4  # magic, flags, type, length of the path

_PATH_LENGTH = struct.Struct("<I")
_LENGTHS = struct.Struct("<QQI")


class Chunk(NamedTuple):
    """Part of a file (`data` at `offset`), or with `data` None its end."""

    path: str
    data: Content | None = None
    offset: int = 0


class _Head(NamedTuple):
    """What stands before a chunk's data. `data_start` and `length` count from the chunk's first byte; an end has no
    offset."""

    path: str
    data_start: int
    length: int
    offset: int | None = None
    checksum: int = 0


def encode(*chunks: Chunk) -> Content:
    """Chunks as they stand in the stream. Holes in the data stay holes."""
    pieces: list[Content] = []
    for path, data, offset in chunks:
        name = path.encode()
        head = MAGIC + b"\0" + (END if data is None else PAYLOAD) + _PATH_LENGTH.pack(len(name)) + name
        if data is None:
            pieces.append(head)
        else:
            pieces += (head + _LENGTHS.pack(len(data), offset, crc32(data)), data)
    return joined(pieces)


@lru_cache(maxsize=1024)  # one clone after the other is made of the same files
def encode_ending(path: str, data: Content, offset: int) -> Content:
    """The last chunk of a file and the end that goes out together with it; of an empty file there is only an end."""
    end = Chunk(path)
    return encode(Chunk(path, data, offset), end) if len(data) else encode(end)


def chunks_of(path: str, content: Content) -> Iterator[Chunk]:
    """A file in chunks: full ones of 10 MiB, the rest, and the end. An empty file is only an end."""
    for offset in range(0, len(content), CHUNK_BYTES):
        yield Chunk(path, content[offset : offset + CHUNK_BYTES], offset)
    yield Chunk(path)


class BrokenStream(Exception):
    """The stream does not go on as a stream should; the text is xbstream's own."""


class Decoder:
    """Puts chunks together again from pieces of any size."""

    def __init__(self) -> None:
        self.offset = 0  # bytes of the stream that whole chunks have used up
        self._segments: deque[bytes | int] = deque()  # what has come behind those
        self._have = 0
        self._need = HEAD_BYTES

    @property
    def missing(self) -> int:
        """How many bytes have to come at least before there can be another chunk."""
        return self._need - self._have

    def feed(self, data: Content) -> Iterator[Chunk]:
        """The chunks that this piece completes. Raises BrokenStream."""
        if not self._have and (chunks := _whole_chunks(data)):
            self.offset += len(data)
            return iter(chunks)
        return self._decoded(data)

    def _decoded(self, data: Content) -> Iterator[Chunk]:
        self._segments += segments(data)
        self._have += len(data)
        while self._have >= self._need:
            head = self._head()
            if head is not None:
                chunk = self._chunk(head)
                self._need = HEAD_BYTES
                self.offset += head.length
                yield chunk

    def finish(self) -> None:
        """The input has ended here. Raises BrokenStream unless that is between two chunks (XB-63)."""
        if not self._have:
            return
        if self._have < HEAD_BYTES:
            if not MAGIC.startswith(self._beginning(self._have)[: len(MAGIC)]):
                raise self._wrong_magic()
            raise BrokenStream(
                f"xb_stream_read_chunk(): unexpected end of stream at offset 0x{self.offset + self._have:x}."
            )
        raise BrokenStream("xb_stream_read_chunk(): my_read() failed.")

    def _head(self) -> _Head | None:
        """The head of the next chunk; None (and `_need` raised) where not all of that chunk is there."""
        start = self._beginning(HEAD_BYTES)
        if not start.startswith(MAGIC):
            raise self._wrong_magic()
        kind = start[9:10]
        if kind not in (PAYLOAD, END):
            raise BrokenStream(f"xb_stream_read_chunk(): unknown chunk type 0x{kind[0]:x} at offset 0x{self.offset:x}.")
        path_end: int = HEAD_BYTES + _PATH_LENGTH.unpack_from(start, 10)[0]
        data_start = path_end if kind == END else path_end + _LENGTHS.size
        if self._have < data_start:
            self._need = data_start
            return None
        start = self._beginning(data_start)
        path = start[HEAD_BYTES:path_end].decode()
        if kind == END:
            return _Head(path, path_end, path_end)
        length, offset, checksum = _LENGTHS.unpack_from(start, path_end)
        if self._have < data_start + length:
            self._need = data_start + length
            return None
        return _Head(path, data_start, data_start + length, offset, checksum)

    def _chunk(self, head: _Head) -> Chunk:
        self._take(head.data_start)
        if head.offset is None:
            return Chunk(head.path)
        data = self._take(head.length - head.data_start)
        if crc32(data) != head.checksum:
            raise BrokenStream(f"xb_stream_read_chunk(): invalid checksum at offset 0x{self.offset:x}.")
        return Chunk(head.path, data, head.offset)

    def _beginning(self, count: int) -> bytes:
        """At least the next `count` bytes, which stay."""
        first = self._segments[0]
        if isinstance(first, int) or len(first) < count:
            first = bytes(self._take(count))
            self._segments.appendleft(first)
            self._have += count
        return first

    def _take(self, count: int) -> Content:
        """The next `count` bytes."""
        self._have -= count
        found: list[bytes | int] = []
        while count:
            segment = self._segments.popleft()
            length = segment if isinstance(segment, int) else len(segment)
            if length > count:
                self._segments.appendleft(length - count if isinstance(segment, int) else segment[count:])
                segment = count if isinstance(segment, int) else segment[:count]
                length = count
            found.append(segment)
            count -= length
        return content_of(found)

    def _wrong_magic(self) -> BrokenStream:
        return BrokenStream(f"xb_stream_read_chunk(): wrong chunk magic at offset 0x{self.offset:x}.")


@lru_cache(maxsize=1024)  # as what is sent: pieces come as they were written, unless they are long
def _whole_chunks(content: Content) -> tuple[Chunk, ...]:
    """The chunks of a piece that is made of whole ones; none of any other piece."""
    decoder = Decoder()
    try:
        chunks = tuple(decoder._decoded(content))
        decoder.finish()
    except BrokenStream:
        return ()
    return chunks


def crc32(content: Content) -> int:
    """The CRC32 of content, without touching the bytes of its holes.

    >>> from simk8s.machine import Sparse
    >>> crc32(b"abc" + bytes(100_000)) == crc32(Sparse([b"abc", 100_000]))
    True
    """
    checksum = 0
    for segment in segments(content):
        checksum = _after_zeros(checksum, segment) if isinstance(segment, int) else zlib.crc32(segment, checksum)
    return checksum


@lru_cache(maxsize=4096)  # the receiver asks what the sender asked, and most files of two clones are alike
def _after_zeros(checksum: int, count: int) -> int:
    """The CRC32 of something with `checksum`, then `count` zero bytes: a linear map, so powers of two do."""
    state = checksum ^ 0xFFFFFFFF
    for bit in range(count.bit_length()):
        if count >> bit & 1:
            state = _apply(_zeros_operator(bit), state)
    return state ^ 0xFFFFFFFF


@lru_cache(maxsize=64)
def _zeros_operator(power: int) -> tuple[int, ...]:
    """Where each bit of the CRC register goes under 2**power zero bytes."""
    if power == 0:
        operator = _single_bit_operator()
        for _ in range(3):
            operator = tuple(_apply(operator, column) for column in operator)
        return operator
    half = _zeros_operator(power - 1)
    return tuple(_apply(half, column) for column in half)


def _single_bit_operator() -> tuple[int, ...]:
    return (0xEDB88320, *(1 << bit for bit in range(31)))


def _apply(operator: tuple[int, ...], state: int) -> int:
    result = 0
    for column in operator:
        if not state:
            break
        if state & 1:
            result ^= column
        state >>= 1
    return result
