"""`xbstream`: what it writes, and what it refuses."""

from __future__ import annotations

import pytest

from simk8s.machine import Process, Sparse
from simk8s.machine.signals import SIGKILL
from simk8s.mysql.profile import Profile
from simk8s.mysql.xtrabackup.stream import Chunk, chunks_of, encode
from tests.xtrabackup.box import Box

EXTRACT = ("xbstream", "-x", "-C", "/var/lib/mysql")


def stream(*paths: str) -> bytes:
    return b"".join(bytes(encode(chunk)) for path in paths for chunk in chunks_of(path, f"<{path}>".encode()))


def test_files_appear_with_their_directories() -> None:
    """XB-61."""
    box = Box()
    assert box.run(*EXTRACT, stdin=stream("ibdata1", "mysql/user.MYD")).status == 0
    assert list(box.files()) == ["ibdata1", "mysql", "mysql/user.MYD"]


def test_nothing_at_all_is_success_and_leaves_nothing() -> None:
    """XB-63, XB-70."""
    box = Box()
    assert box.run(*EXTRACT).status == 0
    assert box.files() == {}


@pytest.mark.parametrize(("version", "status"), [("2.4.4", 0), ("2.4.12", 1)])
def test_an_existing_file_is_never_overwritten(version: str, status: int) -> None:
    """XB-62."""
    box = Box(Profile(xtrabackup_version=version))
    box.volume.install({"/ibdata1": "kept"})
    outcome = box.run(*EXTRACT, stdin=stream("ibdata1", "mysql/user.MYD"))
    assert outcome.status == status
    assert outcome.stderr.splitlines() == [
        "xbstream: Can't create/write to file './ibdata1' (Errcode: 17 - File exists)",
        "xbstream: failed to create file.",
    ]
    assert box.files() == {"ibdata1": 4}


def test_an_end_inside_a_chunk_fails_and_that_chunk_is_not_written() -> None:
    """XB-63, XB-64."""
    box = Box()
    whole = stream("ibdata1", "mysql/user.MYD")
    outcome = box.run(*EXTRACT, stdin=whole[:-30])
    assert (outcome.status, outcome.stderr) == (1, "xb_stream_read_chunk(): my_read() failed.\n")
    assert list(box.files()) == ["ibdata1"]


def test_a_large_file_grows_by_whole_chunks() -> None:
    """XB-61, XB-71."""
    box = Box()
    first = encode(Chunk("ibdata1", Sparse([b"head", (10 << 20) - 4])))
    assert box.run(*EXTRACT, stdin=bytes(first)).status == 0
    assert box.files() == {"ibdata1": 10 << 20}


def test_a_missing_directory_is_an_error() -> None:
    """XB-64."""
    outcome = Box().run("xbstream", "-x", "-C", "/nowhere", stdin=stream("ibdata1"))
    assert outcome.status == 1
    assert "Can't change dir to '/nowhere'" in outcome.stderr


def test_what_is_created_can_be_extracted_again() -> None:
    box = Box()
    box.volume.install({"/a/b": "text", "/empty": ""})
    box.machine.mounts.resolve("/").mount.filesystem.directory("/copy")
    packed = box.run("xbstream", "-c", "/var/lib/mysql/a/b", "/var/lib/mysql/empty")
    assert packed.status == 0
    assert packed.stdout == bytes(
        b"".join(
            bytes(encode(chunk))
            for chunk in (*chunks_of("/var/lib/mysql/a/b", b"text"), *chunks_of("/var/lib/mysql/empty", b""))
        )
    )


def test_a_kill_between_two_files_leaves_the_first() -> None:
    box = Box()

    def crash(process: Process, verb: str, object: str) -> None:
        if (verb, object) == ("mkdir", "data:/mysql"):
            process.kill(SIGKILL)

    box.machine.before_step = crash
    assert box.run(*EXTRACT, stdin=stream("ibdata1", "mysql/user.MYD")).status == 137
    assert list(box.files()) == ["ibdata1"]
