"""What was seen on the way to a file, and whether it is still so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simk8s.machine import Directory, File, FileSystem, Symlink
from simk8s.machine.evidence import Evidence
from simk8s.machine.mount import MountTable

Change = Callable[[FileSystem, MountTable], object]


def tree() -> FileSystem:
    root = FileSystem("root")
    root.install({"/etc/app/conf.d/a.cnf": "a", "/etc/app/main.cnf": "main", "/etc/other": "o", "/srv/file": "s"})
    return root


def seen(mounts: MountTable) -> Evidence:
    """A look at a file that is there, one that is not, and a folder with what is in it."""
    evidence = Evidence(mounts)
    main, folder = evidence.find("/etc/app/main.cnf", "/"), evidence.find("app/conf.d", "/etc")
    assert isinstance(main, File)
    assert isinstance(folder, Directory)
    evidence.look_into(main)
    assert evidence.find("/root/.app.cnf", "/") is None
    assert evidence.names(folder) == ["a.cnf"]
    return evidence


def file(root: FileSystem, path: str) -> File:
    found = root.find(path)
    assert isinstance(found, File)
    return found


def folder(root: FileSystem, path: str) -> Directory:
    found = root.find(path)
    assert isinstance(found, Directory)
    return found


@pytest.mark.parametrize(
    "change",
    [
        lambda root, _: setattr(file(root, "/etc/app/main.cnf"), "content", b"other"),
        lambda root, _: setattr(file(root, "/etc/app/main.cnf"), "mode", 0o666),
        lambda root, _: setattr(file(root, "/etc/app/main.cnf"), "uid", 5),
        lambda root, _: root.place("/etc/app/main.cnf", File(b"main")),
        lambda root, _: root.place("/root/.app.cnf", File(b"mine")),
        lambda root, _: root.place("/etc/app/conf.d/b.cnf", File(b"b")),
        lambda root, _: folder(root, "/etc/app/conf.d").entries.pop("a.cnf"),
        lambda root, _: folder(root, "/etc").entries.pop("app"),
        lambda root, _: root.place("/etc/app", Symlink("/srv")),
        lambda root, mounts: mounts.mount("/etc/app/conf.d", FileSystem("volume")),
        lambda root, mounts: mounts.mount("/", tree()),
    ],
)  # fmt: skip
def test_what_changes_an_answer_is_noticed(change: Change) -> None:
    root = tree()
    mounts = MountTable(root)
    evidence = seen(mounts)
    assert evidence.holds()
    change(root, mounts)
    assert not evidence.holds()


@pytest.mark.parametrize(
    "change",
    [
        lambda root, _: setattr(file(root, "/etc/other"), "content", b"x"),
        lambda root, _: setattr(file(root, "/etc/app/conf.d/a.cnf"), "content", b"nobody has looked into it"),
        lambda root, _: root.place("/etc/app/else.cnf", File(b"x")),
        lambda root, _: setattr(file(root, "/etc/app/main.cnf"), "mtime", 5.0),
    ],
)
def test_what_changes_no_answer_is_not_noticed(change: Change) -> None:
    root = tree()
    mounts = MountTable(root)
    evidence = seen(mounts)
    change(root, mounts)
    assert evidence.holds()


def test_an_image_that_a_container_has_changed_is_seen_anew() -> None:
    layer = tree().layer("layer")
    mounts = MountTable(layer)
    evidence = seen(mounts)
    assert evidence.holds()
    mounts.resolve("/etc/app/main.cnf")  # whoever asks so may change it: the container now has its own
    assert not evidence.holds()
    assert seen(mounts).holds()


@pytest.mark.parametrize("path", ["/link/main.cnf", "/etc/app/../other", "/etc/app/", "/etc/other/below", ""])
def test_what_is_not_straight_is_found_but_never_relied_on(path: str) -> None:
    root = tree()
    root.place("/link", Symlink("/etc/app"))
    mounts = MountTable(root)
    evidence = Evidence(mounts)
    found = evidence.find(path, "/")
    assert found is (None if path in ("", "/etc/other/below") else mounts.find(path))
    assert not evidence.holds()
