"""Where a crash can fall inside a program, and what it leaves."""

from __future__ import annotations

import pytest

from simk8s.machine import FileSystem, Sparse
from simk8s.machine.filesystem import File
from tests.programs.conftest import Box


def test_rm_removes_one_name_after_the_other(box: Box) -> None:
    for name in ("first", "second", "third"):
        box.write(name, name)
    box.crash("unlink", "second")
    assert box.run("rm", "-f", "first", "second", "third").status == 137
    assert box.files() == ["second", "third"]


def test_rm_of_a_tree_works_from_the_leaves_up(box: Box) -> None:
    box.write("mysql/user.frm", "")
    box.write("mysql/db.frm", "")
    box.crash("rmdir", "mysql")
    assert box.run("rm", "-rf", "mysql").status == 137
    assert box.files() == ["mysql"]


def test_a_move_on_one_volume_has_happened_or_not(box: Box) -> None:
    box.write("change_master_to.sql.in", "CHANGE MASTER")
    box.crash("rename", "change_master_to.sql.in")
    assert box.run("mv", "change_master_to.sql.in", "change_master_to.sql.orig").status == 137
    assert box.files() == ["change_master_to.sql.in"]


def test_a_move_to_another_volume_copies_first_and_removes_then(box: Box) -> None:
    box.write("data/one", "1")
    box.write("data/two", "2")
    volume = FileSystem("volume")
    box.machine.mounts.mount("/mnt/volume", volume)
    box.crash("unlink", "data/two")
    assert box.run("mv", "data", "/mnt/volume/data").status == 137
    assert box.files() == ["data", "data/two"]
    assert [path for path, _ in volume.walk()] == ["/data", "/data/one", "/data/two"]


def test_a_copy_killed_before_its_write_leaves_an_empty_file(box: Box) -> None:
    box.write("source", "content")
    box.crash("write", "target")
    assert box.run("cp", "source", "target").status == 137
    assert box.read("target") == ""


def test_a_big_copy_killed_in_the_middle_leaves_its_beginning(box: Box) -> None:
    box.root.place("/work/ibdata1", File(Sparse([b"head", 3 << 20])))
    writes = 0

    def count(process: object, verb: str, label: str) -> None:
        nonlocal writes
        writes += (verb, label) == ("write", "box:/work/copy")
        if writes == 3:
            process.kill(9)  # type: ignore[attr-defined]

    box.machine.before_step = count
    assert box.run("cp", "ibdata1", "copy").status == 137
    copy = box.inode("copy")
    assert isinstance(copy, File)
    assert len(copy.content) == 2 << 20


def test_sed_in_place_replaces_the_file_in_one_step(box: Box) -> None:
    box.write("my.cnf", "server-id=1\n")
    box.crash("write", "my.cnf")
    assert box.run("sed", "-i", "s/1/2/", "my.cnf").status == 0
    assert box.read("my.cnf") == "server-id=2\n"
    assert box.files() == ["my.cnf"]


def test_sed_in_place_cannot_replace_a_mounted_file(box: Box) -> None:
    """A ConfigMap's file mounted with subPath: rename(2) refuses to replace a mount point."""
    volume = FileSystem("config")
    volume.install({"/my.cnf": "server-id=1\n"})
    box.machine.mounts.mount("/work/my.cnf", volume, sub_path="my.cnf")
    result = box.run("sed", "-i", "s/1/2/", "my.cnf")
    assert result.status == 4
    assert result.err.endswith("Device or resource busy\n")
    assert box.run("cat", "my.cnf").out == "server-id=1\n"


def test_chown_of_a_tree_takes_a_step_for_each_file_that_is_not_yet_right(box: Box) -> None:
    box.write("a", "")
    box.write("b", "")
    box.crash("chown", "b")
    assert box.run("chown", "-R", "daemon:daemon", ".").status == 137
    assert [box.inode(name).uid for name in ("a", "b")] == [1, 0]  # type: ignore[union-attr]


def test_tee_writes_as_it_reads(box: Box) -> None:
    box.crash("write", "log")
    result = box.run("tee", "log", stdin="line\n")
    assert (result.status, result.out, box.read("log")) == (137, "line\n", "")


@pytest.mark.parametrize("program", ["touch", "mkdir"])
def test_a_crash_before_the_only_step_leaves_nothing(box: Box, program: str) -> None:
    box.crash("create" if program == "touch" else "mkdir", "new")
    assert box.run(program, "new").status == 137
    assert box.files() == []


def test_tar_killed_in_mid_extraction_leaves_what_it_had_written(box: Box) -> None:
    for name in ("a", "b"):
        box.write(f"d/{name}", name)
    assert box.run("tar", "cf", "a.tar", "d").status == 0
    assert box.run("rm", "-r", "d").status == 0
    box.crash("create", "d/b")
    assert box.run("tar", "xf", "a.tar").status == 137
    assert box.files() == ["a.tar", "d", "d/a"]


def test_shred_killed_in_a_later_pass_leaves_noise_under_the_old_name(box: Box) -> None:
    box.write("secret", "password")
    box.crash("rename", "secret")
    assert box.run("shred", "-u", "secret").status == 137
    left = box.inode("secret")
    assert isinstance(left, File)
    assert b"password" not in bytes(left.content)


def test_a_move_with_a_backup_has_a_moment_without_its_target(box: Box) -> None:
    box.write("new", "new")
    box.write("my.cnf", "old")
    box.crash("rename", "new")
    assert box.run("mv", "-b", "new", "my.cnf").status == 137
    assert box.files() == ["my.cnf~", "new"]


def test_csplit_writes_one_piece_after_the_other(box: Box) -> None:
    box.write("text", "a\nb\nc\n")
    box.crash("create", "xx01")
    assert box.run("csplit", "-s", "text", "/b/").status == 137
    assert box.files() == ["text", "xx00"]
