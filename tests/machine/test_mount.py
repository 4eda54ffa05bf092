"""Path resolution: links, `..`, mounts over directories and over single files."""

from __future__ import annotations

import pytest

from simk8s.machine import Directory, Errno, FileSystem, Symlink, SyscallError
from simk8s.machine.mount import MountTable


@pytest.fixture
def root() -> FileSystem:
    filesystem = FileSystem("root")
    filesystem.install({"/etc/hosts": "h", "/usr/bin/env": "e", "/data/.keep": ""})
    filesystem.place("/bin", Symlink("usr/bin"))
    filesystem.place("/loop", Symlink("/loop"))
    filesystem.place("/etc/up", Symlink("../usr/bin/env"))
    return filesystem


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
