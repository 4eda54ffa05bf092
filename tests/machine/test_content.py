"""Content with holes behaves as the bytes it stands for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simk8s.machine.content import Content, Sparse, as_json, dense, from_json, padded, splice, split, weight

SEGMENTS = st.lists(st.one_of(st.binary(max_size=20), st.integers(0, 40)), max_size=6)
CONTENTS: st.SearchStrategy[Content] = st.one_of(st.binary(max_size=40), SEGMENTS.map(Sparse))


@given(SEGMENTS, st.integers(-5, 120), st.integers(-5, 120))
def test_a_slice_of_sparse_content_is_the_slice_of_its_bytes(
    segments: list[bytes | int], start: int, stop: int
) -> None:
    sparse = Sparse(segments)
    assert bytes(sparse[start:stop]) == bytes(sparse)[start:stop]
    assert len(sparse) == len(bytes(sparse))


@given(CONTENTS, st.integers(0, 120))
def test_both_sides_of_a_cut_are_those_of_the_bytes(content: Content, at: int) -> None:
    before, after = split(content, at)
    assert (bytes(before), bytes(after)) == (bytes(content)[:at], bytes(content)[at:])
    assert weight(before) + weight(after) == weight(content)


@given(CONTENTS, CONTENTS)
def test_a_sum_of_contents_is_the_sum_of_their_bytes(first: Content, second: Content) -> None:
    assert bytes(first + second) == bytes(first) + bytes(second)


@given(CONTENTS, st.integers(0, 100), CONTENTS)
def test_a_write_at_an_offset_is_what_a_file_system_does(content: Content, offset: int, data: Content) -> None:
    expected = bytearray(bytes(content))
    if len(data) or offset <= len(expected):
        expected.extend(bytes(max(0, offset - len(expected))))
        expected[offset : offset + len(data)] = bytes(data)
        assert bytes(splice(content, offset, data)) == bytes(expected)


@given(CONTENTS)
def test_content_survives_the_history_format(content: Content) -> None:
    assert bytes(from_json(as_json(content))) == bytes(content)


def test_a_large_padded_file_costs_only_its_data() -> None:
    ibdata1 = padded(b'{"pages": []}', 12 << 20)
    assert len(ibdata1) == 12 << 20
    assert weight(ibdata1) == 13
    assert dense(ibdata1) == b'{"pages": []}'
