"""What must hold for any input: text tools against a model in Python, archives against themselves."""

from __future__ import annotations

from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from simk8s.machine import File, Sparse
from simk8s.programs.text.translation import expand
from tests.programs.conftest import Box

LINES = st.lists(st.text(st.sampled_from("abAB 19.-\t"), max_size=6), max_size=8)
QUICK = settings(max_examples=40, deadline=None)


def as_text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


@QUICK
@given(LINES)
def test_sort_is_the_order_of_bytes(lines: list[str]) -> None:
    assert Box().run("sort", stdin=as_text(lines)).stdout == as_text(sorted(lines))


@QUICK
@given(st.lists(st.integers(-50, 50), max_size=8))
def test_numeric_sort_is_the_order_of_numbers(numbers: list[int]) -> None:
    out = Box().run("sort", "-n", stdin=as_text(list(map(str, numbers)))).out.split()
    assert list(map(int, out)) == sorted(numbers)


@QUICK
@given(LINES)
def test_uniq_counts_neighbours(lines: list[str]) -> None:
    expected = [f"{len(list(group)):7d} {line}" for line, group in groupby(lines)]
    assert Box().run("uniq", "-c", stdin=as_text(lines)).stdout == as_text(expected)


@QUICK
@given(LINES)
def test_head_and_tail_make_the_whole(lines: list[str]) -> None:
    data = as_text(lines)
    box = Box()
    head = box.run("head", "-n", "3", stdin=data).stdout
    tail = box.run("tail", "-n", "+4", stdin=data).stdout
    assert head + tail == data


@QUICK
@given(st.binary(max_size=200))
def test_tr_replaces_byte_by_byte(data: bytes) -> None:
    table = bytes.maketrans(bytes(range(ord("a"), ord("z") + 1)), bytes(range(ord("A"), ord("Z") + 1)))
    assert Box().run("tr", "a-z", "A-Z", stdin=data).stdout == data.translate(table)
    assert expand("a-z") == "abcdefghijklmnopqrstuvwxyz"


@QUICK
@given(st.binary(max_size=300))
def test_encodings_and_compression_lose_nothing(data: bytes) -> None:
    box = Box()
    assert box.run("base64", "-d", stdin=box.run("base64", stdin=data).stdout).stdout == data
    assert box.run("gunzip", stdin=box.run("gzip", stdin=data).stdout).stdout == data
    assert box.run("cat", stdin=data).stdout == data


NAMES = st.text(st.sampled_from("abc é"), min_size=1, max_size=5).filter(lambda name: name.strip())
TREES = st.dictionaries(NAMES, st.binary(max_size=700), min_size=1, max_size=4)


@QUICK
@given(TREES, st.booleans())
def test_what_goes_into_an_archive_comes_out_of_it(files: dict[str, bytes], zipped: bool) -> None:
    box = Box()
    for name, data in files.items():
        box.write(f"tree/{name}", data, 0o640)
    letters = "z" if zipped else ""
    assert box.run("tar", f"c{letters}f", "a.tar", "tree").status == 0
    assert box.run("mv", "tree", "before").status == 0
    assert box.run("tar", "xf", "a.tar").status == 0
    for name, data in files.items():
        file = box.inode(f"tree/{name}")
        assert isinstance(file, File)
        assert (bytes(file.content), file.mode) == (data, 0o640)


def test_a_sparse_file_stays_sparse_in_a_stream() -> None:
    box = Box()
    box.root.place("/work/ibdata1", File(Sparse([b"head", 12 << 20])))
    box.root.directory("/work/copy")
    assert box.run("bash", "-c", "tar cf - ibdata1 | tar xf - -C copy").status == 0
    copy = box.inode("copy/ibdata1")
    assert isinstance(copy, File)
    assert isinstance(copy.content, Sparse)
    assert copy.content.segments == (b"head", 12 << 20)
