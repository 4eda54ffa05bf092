"""Path resolution: links, `..`, mounts over directories and over single files."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simk8s.machine import Directory, Errno, FileSystem, Symlink, SyscallError
from simk8s.machine.filesystem import Inode
from simk8s.machine.mount import Location, MountTable


def tree() -> FileSystem:
    filesystem = FileSystem("root")
    filesystem.install({"/etc/hosts": "h", "/usr/bin/env": "e", "/data/.keep": ""})
    filesystem.place("/bin", Symlink("usr/bin"))
    filesystem.place("/loop", Symlink("/loop"))
    filesystem.place("/etc/up", Symlink("../usr/bin/env"))
    filesystem.place("/opt", Symlink("/data/"))
    filesystem.place("/usr/over", Symlink("/opt/usr"))
    filesystem.place("/gone", Symlink("/etc/new"))
    return filesystem


@pytest.fixture
def root() -> FileSystem:
    return tree()


def label(table: MountTable, path: str, cwd: str = "/") -> str:
    return table.resolve(path, cwd).label


@pytest.mark.parametrize(
    ("path", "cwd", "expected"),
    [
        ("/etc/hosts", "/", "root:/etc/hosts"),
        ("hosts", "/etc", "root:/etc/hosts"),
        ("./../etc//hosts", "/usr", "root:/etc/hosts"),
        ("/../../etc/hosts", "/", "root:/etc/hosts"),
        ("/bin/env", "/", "root:/usr/bin/env"),
        ("/etc/up", "/", "root:/usr/bin/env"),
        ("/etc/new", "/", "root:/etc/new"),
        ("/", "/", "root:/"),
    ],
)
def test_a_path_leads_where_posix_says(root: FileSystem, path: str, cwd: str, expected: str) -> None:
    assert label(MountTable(root), path, cwd) == expected


@pytest.mark.parametrize(
    ("path", "errno"),
    [("/no/such", Errno.ENOENT), ("/etc/hosts/x", Errno.ENOTDIR), ("/loop", Errno.ELOOP), ("", Errno.ENOENT),
     ("/etc/hosts/", Errno.ENOTDIR)],
)  # fmt: skip
def test_a_path_that_leads_nowhere_says_why(root: FileSystem, path: str, errno: Errno) -> None:
    with pytest.raises(SyscallError) as error:
        MountTable(root).resolve(path)
    assert error.value.errno is errno


def test_a_volume_hides_what_the_image_has_at_the_mount_point(root: FileSystem) -> None:
    """MYSQLD-33: the manifest's emptyDir over /etc/mysql/conf.d hides docker.cnf."""
    root.install({"/etc/mysql/conf.d/docker.cnf": "[mysqld]"})
    table = MountTable(root)
    table.mount("/etc/mysql/conf.d", FileSystem("conf"))
    assert table.resolve("/etc/mysql/conf.d/docker.cnf").inode is None
    assert label(table, "/etc/mysql/conf.d/server-id.cnf") == "conf:/server-id.cnf"
    assert label(table, "/etc/mysql/conf.d/../my.cnf") == "root:/etc/mysql/my.cnf"


def test_a_sub_path_is_made_and_seen_from_its_own_top(root: FileSystem) -> None:
    """VOL-27."""
    volume = FileSystem("pvc")
    table = MountTable(root)
    table.mount("/var/lib/mysql", volume, sub_path="mysql")
    assert isinstance(volume.find("/mysql"), Directory)
    assert label(table, "/var/lib/mysql/ibdata1") == "pvc:/mysql/ibdata1"


def test_a_single_file_can_be_mounted_over_another(root: FileSystem) -> None:
    configuration = FileSystem("config")
    configuration.install({"/redis.conf": "port 1"})
    table = MountTable(root)
    table.mount("/etc/redis.conf", configuration, sub_path="redis.conf")
    assert label(table, "/etc/redis.conf") == "config:/redis.conf"


NAMES = ["etc", "hosts", "usr", "bin", "env", "up", "loop", "data", "opt", "over", "gone", "..", ".", "new"]
PATHS = st.lists(st.sampled_from(NAMES), max_size=5)


@given(PATHS, st.booleans(), st.booleans())
def test_the_straight_way_and_the_way_around_lead_to_the_same_place(
    names: list[str], follow: bool, slash: bool
) -> None:
    table = MountTable(tree())
    table.mount("/data/usr", FileSystem("volume"), sub_path="etc")
    path = "/" + "/".join(names) + ("/" if slash else "")
    assert found(lambda: table.find(path, follow=follow)) is found(lambda: table.resolve(path, follow=follow).inode)
    assert outcome(lambda: table.resolve(path, follow=follow)) == outcome(
        lambda: table._around([n for n in names if n != "."], path, follow or path[-1] == "/", path[-1] == "/")
    )


def test_what_is_mounted_behind_a_link_is_found(root: FileSystem) -> None:
    table = MountTable(root)
    volume = FileSystem("volume")
    volume.install({"/file": "here"})
    table.mount("/data/usr", volume)
    assert table.find("/usr/over/file") is volume.find("file")
    assert table.find("over/file", "/usr") is volume.find("file")


def found(call: Callable[[], Inode | None]) -> object:
    try:
        return call()
    except SyscallError as error:
        return None if error.errno is Errno.ENOENT else error.errno


def outcome(call: Callable[[], Location]) -> object:
    try:
        there = call()
    except SyscallError as error:
        return error.errno
    return there.path, there.label, id(there.inode), there.name
