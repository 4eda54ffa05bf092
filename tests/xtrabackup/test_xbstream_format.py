"""The xbstream format."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simk8s.machine import Content, Sparse
from simk8s.mysql.xtrabackup.stream import CHUNK_BYTES, BrokenStream, Chunk, Decoder, chunks_of, crc32, encode

contents = st.lists(st.one_of(st.binary(min_size=1, max_size=50), st.integers(1, 200_000)), max_size=4).map(Sparse)


def stream(*files: tuple[str, Content]) -> bytes:
    return b"".join(bytes(encode(chunk)) for path, content in files for chunk in chunks_of(path, content))


@given(content=contents)
def test_a_checksum_over_holes_is_that_of_the_zeros_they_stand_for(content: Sparse) -> None:
    assert crc32(content) == zlib.crc32(bytes(content))


def test_a_file_below_ten_mebibytes_is_one_payload_and_one_end() -> None:
    """XB-60."""
    assert list(chunks_of("t.frm", b"abc")) == [Chunk("t.frm", b"abc", 0), Chunk("t.frm")]


def test_an_empty_file_is_only_an_end() -> None:
    """XB-60."""
    assert list(chunks_of("db.opt", b"")) == [Chunk("db.opt")]


def test_a_larger_file_is_cut_at_every_ten_mebibytes() -> None:
    """XB-60."""
    sizes = [(c.offset, len(c.data)) for c in chunks_of("ibdata1", Sparse([12 << 20])) if c.data is not None]
    assert sizes == [(0, CHUNK_BYTES), (CHUNK_BYTES, 2 << 20)]


@given(content=contents, cuts=st.lists(st.integers(1, 500_000), max_size=6))
def test_chunks_come_back_from_pieces_of_any_size(content: Sparse, cuts: list[int]) -> None:
    data = stream(("a/b.ibd", content), ("empty", b""))
    decoder = Decoder()
    chunks: list[Chunk] = []
    for cut in [*cuts, len(data)]:
        piece, data = data[:cut], data[cut:]
        if piece:
            chunks += decoder.feed(piece)
    decoder.finish()
    assert [(c.path, c.data and bytes(c.data)) for c in chunks] == [
        *((("a/b.ibd", bytes(content)),) if len(content) else ()),
        ("a/b.ibd", None),
        ("empty", None),
    ]


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        (5, "unexpected end of stream at offset 0x5."),
        (16, "my_read() failed."),
        (30, "my_read() failed."),
    ],
)
def test_an_end_inside_a_chunk_is_told_by_where_it_falls(cut: int, message: str) -> None:
    """XB-63."""
    decoder = Decoder()
    assert list(decoder.feed(stream(("t.frm", b"abcdef"))[:cut])) == []
    with pytest.raises(BrokenStream, match=r"xb_stream_read_chunk\(\): ") as broken:
        decoder.finish()
    assert str(broken.value).endswith(message)


def test_an_end_between_chunks_is_no_error() -> None:
    """XB-63."""
    decoder = Decoder()
    assert len(list(decoder.feed(encode(Chunk("t.frm", b"abc"))))) == 1
    decoder.finish()


def test_other_bytes_are_refused_by_their_magic() -> None:
    """XB-63."""
    with pytest.raises(BrokenStream, match=r"wrong chunk magic at offset 0x0\."):
        list(Decoder().feed(b"Ncat: something else altogether"))


def test_a_changed_byte_is_found_by_the_checksum() -> None:
    """XB-63."""
    data = bytearray(stream(("t.frm", b"abcdef")))
    data[data.index(b"abcdef")] ^= 1
    with pytest.raises(BrokenStream, match="invalid checksum"):
        list(Decoder().feed(bytes(data)))
