"""What the records of files do to the world: `file.*`, `disk.*`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simk8s.machine.content import Content, from_json, splice
from simk8s.sim import Record
from simk8s.world.fold import Fold, Tree, rule
from simk8s.world.state import Inode, Kind

_MADE: dict[str, Kind] = {"symlink": "symlink", "mkfifo": "fifo", "socket": "socket"}


@rule("disk.create")
def _disk_create(fold: Fold, record: Record) -> None:
    detail = record.detail
    tree = fold.new_tree(record.object, "disk", root=Inode("directory", record.seq, detail["mode"], mtime=record.time))
    for name, mode in detail["directories"].items():
        tree.files[f"/{name}"] = Inode("directory", record.seq, mode, mtime=record.time)


@rule("disk.free")
def _disk_free(fold: Fold, record: Record) -> None:
    fold.drop_tree(record.object)


@rule("file.copy_up")
def _copy_up(fold: Fold, record: Record) -> None:
    detail = record.detail
    tree, path = _where(fold, record.object)
    tree.files[path] = Inode(
        detail["type"],
        record.seq,
        detail["mode"],
        detail.get("uid", 0),
        detail.get("gid", 0),
        detail.get("mtime", 0.0),
        from_json(detail.get("data", "")),
        detail.get("target", ""),
    )


@rule("file.create")
def _create(fold: Fold, record: Record) -> None:
    detail = record.detail
    tree, path = _where(fold, record.object)
    tree.files[path] = Inode(
        "file", record.seq, detail["mode"], detail.get("uid", 0), detail.get("gid", 0), record.time
    )


@rule("file.mkdir")
def _mkdir(fold: Fold, record: Record) -> None:
    detail = record.detail
    tree, path = _where(fold, record.object)
    if path not in tree.files:
        tree.files[path] = Inode(
            "directory", record.seq, detail["mode"], detail.get("uid", 0), detail.get("gid", 0), record.time
        )


@rule("file.symlink", "file.mkfifo", "file.socket")
def _make(fold: Fold, record: Record) -> None:
    detail = record.detail
    tree, path = _where(fold, record.object)
    tree.files[path] = Inode(
        _MADE[record.verb.removeprefix("file.")],
        record.seq,
        detail.get("mode", 0o777),
        detail.get("uid", 0),
        detail.get("gid", 0),
        record.time,
        target=detail.get("target", ""),
    )
    if record.verb == "file.socket":
        listen(fold, record)


@rule("file.link")
def _link(fold: Fold, record: Record) -> None:
    tree, path = _where(fold, record.object)
    _, existing = _where(fold, record.detail["existing"])
    inode = tree.files[existing]
    tree.files[path] = inode = replace(inode, links=inode.links + 1)
    _share(tree, inode)


@rule("file.write")
def _write(fold: Fold, record: Record) -> None:
    detail = record.detail
    tree, path = _where(fold, record.object)
    data = from_json(detail["data"])
    number = detail.get("inode", -1)
    if number < 0:
        inode = tree.files[path]
        content = splice(inode.content, detail["offset"], data)
        _put(tree, path, inode, content, record.time)
        return
    for other, inode in list(tree.files.items()):  # renamed, or unlinked, since it was opened
        if inode.number == number:
            tree.files[other] = replace(inode, content=splice(inode.content, detail["offset"], data), mtime=record.time)


@rule("file.truncate")
def _truncate(fold: Fold, record: Record) -> None:
    tree, path = _where(fold, record.object)
    size = record.detail["size"]
    inode = tree.files[path]
    content = inode.content
    _put(tree, path, inode, content[:size] if size <= len(content) else splice(content, size, b""), record.time)


@rule("file.chmod", "file.chown", "file.utime")
def _attributes(fold: Fold, record: Record) -> None:
    tree, path = _where(fold, record.object)
    changes = {name: value for name, value in record.detail.items() if name in ("mode", "uid", "gid", "mtime")}
    _change(tree, path, changes)


@rule("file.unlink", "file.rmdir")
def _unlink(fold: Fold, record: Record) -> None:
    tree, path = _where(fold, record.object)
    _drop(tree, path)
    if record.verb == "file.rmdir":
        for below in [other for other in tree.files if other.startswith(f"{path}/")]:
            _drop(tree, below)
    if tree.image:
        tree.removed.add(path)


@rule("file.rename")
def _rename(fold: Fold, record: Record) -> None:
    tree, path = _where(fold, record.object)
    _, target = _where(fold, record.detail["to"])
    moved = tree.files.pop(path)
    _drop(tree, target)
    tree.files[target] = moved
    if moved.kind == "directory":
        for below in [other for other in tree.files if other.startswith(f"{path}/")]:
            tree.files[target + below[len(path) :]] = tree.files.pop(below)
    if tree.image:
        tree.removed.add(path)


def listen(fold: Fold, record: Record) -> None:
    """A socket is listened on."""
    from simk8s.world.state import Listener

    fold.own("listeners")[record.object] = Listener(record.object, record.actor, record.detail["pid"])


def _drop(tree: Tree, path: str) -> None:
    gone = tree.files.pop(path, None)
    if gone is not None and gone.links > 1:
        _share(tree, replace(gone, links=gone.links - 1))


def _where(fold: Fold, label: str) -> tuple[Tree, str]:
    name, _, path = label.partition(":/")
    return fold.tree(name), f"/{path}"


def _put(tree: Tree, path: str, inode: Inode, content: Content, time: float) -> None:
    changed = Inode(inode.kind, inode.number, inode.mode, inode.uid, inode.gid, time, content, "", inode.links)
    tree.files[path] = changed
    if changed.links > 1:
        _share(tree, changed)


def _change(tree: Tree, path: str, changes: dict[str, Any]) -> None:
    changed = tree.files[path] = replace(tree.files[path], **changes)
    if changed.links > 1:
        _share(tree, changed)


def _share(tree: Tree, changed: Inode) -> None:
    """What one name of a file shows, its other names show too."""
    for other, inode in tree.files.items():
        if inode.number == changed.number:
            tree.files[other] = changed
