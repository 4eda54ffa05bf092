"""How the kubelet lays out the files of ConfigMaps and Secrets: an update shows all its files at one instant (VOL-28).

The files are in a directory named after the moment, `..data` is a link to it, and what people see are links through
`..data`: so a new directory and one renamed link change everything. Scripts meet the links with `ls -la` and `find`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b

from simk8s.machine import Directory, File, FileSystem
from simk8s.machine.filesystem import Symlink, unseen

DATA = "..data"


def write(filesystem: FileSystem, files: Mapping[str, File], now: float, clock: datetime) -> bool:
    """Make the volume show exactly these files, by path. Tells whether anything changed."""
    if DATA in filesystem.root.entries and _facts(files) == _facts(files_in(filesystem)):
        return False
    written = Directory(mtime=now)
    for path, file in files.items():
        file.mtime = now
        *above, name = path.split("/")
        _below(written, above, now).entries[name] = file
    root = filesystem.root
    stamp = f"..{clock:%Y_%m_%d_%H_%M_%S}.{_suffix(filesystem.name, now)}"
    links = {DATA: Symlink(stamp, mtime=now)}
    for name in written.entries:
        before = root.entries.get(name)
        links[name] = before if isinstance(before, Symlink) else Symlink(f"{DATA}/{name}", mtime=now)
    unseen(root)
    root.entries.clear()
    root.entries |= {stamp: written, **links}
    root.mtime = now
    return True


def files_in(filesystem: FileSystem) -> dict[str, File]:
    """The files that such a volume shows."""
    shown = FileSystem("", data_directory(filesystem))
    return {path.lstrip("/"): inode for path, inode in shown.walk() if isinstance(inode, File)}


def behind(filesystem: FileSystem, path: str) -> str:
    """The real path of what the volume shows at `path`: a `subPath` is mounted past the links, so it never changes."""
    link = filesystem.root.entries.get(DATA)
    is_shown = path.split("/", 1)[0] in data_directory(filesystem).entries
    return f"{link.target}/{path}" if is_shown and isinstance(link, Symlink) else path


def shown_path(path: str) -> str:
    """The path at which people see what really is at `path`."""
    return path.partition("/")[2] if path.startswith("..") else path


def data_directory(filesystem: FileSystem) -> Directory:
    link = filesystem.root.entries.get(DATA)
    found = filesystem.root.entries.get(link.target) if isinstance(link, Symlink) else None
    return found if isinstance(found, Directory) else Directory()


def _below(directory: Directory, names: list[str], now: float) -> Directory:
    for name in names:
        inner = directory.entries.setdefault(name, Directory(mtime=now))
        assert isinstance(inner, Directory)
        directory = inner
    return directory


def _facts(files: Mapping[str, File]) -> dict[str, object]:
    return {path: (file.content, file.mode) for path, file in files.items()}


def _suffix(volume: str, now: float) -> int:
    """What makes the name unique: a number that means nothing, the same in every run."""
    return int.from_bytes(blake2b(f"{volume}/{now}".encode(), digest_size=4).digest(), "big")
