"""The xbstream format: files in chunks, in the order in which they were read (XB-60)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from simk8s.machine import Content
from simk8s.machine.content import segments

MAGIC = b"XBSTCK01"
CHUNK_BYTES = 10 << 20  # what one read of a data file takes, and so one chunk
PAYLOAD, END = b"P", b"E"
HEAD_BYTES = len(MAGIC) + 2 + 4  # magic, flags, type, length of the path

_LENGTHS = struct.Struct("<QQI")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Part of a file (`data` at `offset`), or with `data` None its end."""

    path: str
    data: Content | None = None
    offset: int = 0


def encode(chunk: Chunk) -> Content:
    """A chunk as it stands in the stream. Holes in the data stay holes."""
    path = chunk.path.encode()
    head = MAGIC + b"\0" + (END if chunk.data is None else PAYLOAD) + struct.pack("<I", len(path)) + path
    if chunk.data is None:
        return head
    return head + _LENGTHS.pack(len(chunk.data), chunk.offset, crc32(chunk.data)) + chunk.data


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
        self._pieces: list[Content] = []
        self._have = 0
        self._need = HEAD_BYTES

    def feed(self, data: Content) -> Iterator[Chunk]:
        """The chunks that this piece completes. Raises BrokenStream."""
        self._pieces.append(data)
        self._have += len(data)
        while self._have >= self._need:
            whole = self._pieces[0] if len(self._pieces) == 1 else _joined(self._pieces)
            length = self._length(whole)
            if length is None:
                self._pieces = [whole]
                continue
            chunk = self._chunk(whole, length)
            rest = whole[length:]
            self._pieces = [rest] if len(rest) else []
            self._have, self._need = len(rest), HEAD_BYTES
            self.offset += length
            yield chunk

    def finish(self) -> None:
        """The input has ended here. Raises BrokenStream unless that is between two chunks (XB-63)."""
        if not self._have:
            return
        if self._have < HEAD_BYTES:
            if not MAGIC.startswith(bytes(self._head()[: len(MAGIC)])):
                raise self._wrong_magic()
            raise BrokenStream(
                f"xb_stream_read_chunk(): unexpected end of stream at offset 0x{self.offset + self._have:x}."
            )
        raise BrokenStream("xb_stream_read_chunk(): my_read() failed.")

    def _head(self) -> bytes:
        return bytes(_joined(self._pieces)[:HEAD_BYTES])

    def _length(self, whole: Content) -> int | None:
        """The length of the chunk that `whole` begins with; None (and `_need` raised) where that cannot be told yet."""
        head = _beginning(whole, HEAD_BYTES)
        if not head.startswith(MAGIC):
            raise self._wrong_magic()
        kind, path_length = head[9:10], struct.unpack_from("<I", head, 10)[0]
        if kind not in (PAYLOAD, END):
            raise BrokenStream(f"xb_stream_read_chunk(): unknown chunk type 0x{kind[0]:x} at offset 0x{self.offset:x}.")
        length: int = HEAD_BYTES + path_length
        if kind == PAYLOAD:
            length += _LENGTHS.size
            if len(whole) >= length:
                length += _LENGTHS.unpack_from(_beginning(whole, length), length - _LENGTHS.size)[0]
        if len(whole) < length:
            self._need = length
            return None
        return length

    def _chunk(self, whole: Content, length: int) -> Chunk:
        head = _beginning(whole, HEAD_BYTES)
        path_end = HEAD_BYTES + struct.unpack_from("<I", head, 10)[0]
        head = _beginning(whole, min(path_end + _LENGTHS.size, length))
        path = head[HEAD_BYTES:path_end].decode()
        if head[9:10] == END:
            return Chunk(path)
        _, offset, checksum = _LENGTHS.unpack_from(head, path_end)
        data = whole[path_end + _LENGTHS.size : length]
        if crc32(data) != checksum:
            raise BrokenStream(f"xb_stream_read_chunk(): invalid checksum at offset 0x{self.offset:x}.")
        return Chunk(path, data, offset)

    def _wrong_magic(self) -> BrokenStream:
        return BrokenStream(f"xb_stream_read_chunk(): wrong chunk magic at offset 0x{self.offset:x}.")


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


def _beginning(content: Content, count: int) -> bytes:
    """At least the first `count` bytes, without cutting where the first segment has them."""
    first = segments(content)[0]
    return first if isinstance(first, bytes) and len(first) >= count else bytes(content[:count])


def _joined(pieces: list[Content]) -> Content:
    whole = pieces[0]
    for piece in pieces[1:]:
        whole = whole + piece
    return whole
