"""The data directory: files by relative path, changed one step at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from simk8s.machine.content import Content, splice
from simk8s.machine.durability import before_change, before_write, force
from simk8s.machine.filesystem import Directory, File
from simk8s.mysql.step import Change, Steps

Observer: TypeAlias = Callable[[str, str, Content, int], None]
"""Told of each change right after it was made (verb and path as in Change), with the bytes written and where."""


class DataDirectory:
    """The directory that mysqld has as its current one. Reading is immediate; each change is a step (see `step`).

    `owner` is the numeric user that new files belong to (mysql is 999 in the images, IMG-1).
    """

    def __init__(
        self,
        top: Directory | None = None,
        *,
        observe: Observer | None = None,
        owner: int = 999,
        clock: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.top = top if top is not None else Directory()
        self._observe = observe
        self._owner = owner
        self._clock = clock

    # ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────

    def names(self, path: str = "") -> list[str]:
        """The names in a directory, sorted."""
        directory = self._find(path)
        return sorted(directory.entries) if isinstance(directory, Directory) else []

    def is_directory(self, path: str) -> bool:
        return isinstance(self._find(path), Directory)

    def is_file(self, path: str) -> bool:
        return isinstance(self._find(path), File)

    def read(self, path: str) -> Content:
        """The content of a file. Raises FileNotFoundError."""
        file = self._find(path)
        if not isinstance(file, File):
            raise FileNotFoundError(path)
        return file.content

    def size(self, path: str) -> int:
        file = self._find(path)
        return len(file.content) if isinstance(file, File) else 0

    # ── changing, in steps ───────────────────────────────────────────────────────────────────────────────────────

    def write(self, path: str, content: Content, *, sync: bool = True) -> Steps[None]:
        """Replace the whole file, or make it."""
        yield Change("write", path, len(content), sync)
        self.put(path, content)

    def mkdir(self, path: str) -> Steps[None]:
        yield Change("mkdir", path)
        parent, name = self._changing(path)
        parent.entries.setdefault(name, Directory(mode=0o750, uid=self._owner, gid=self._owner))
        self._tell("mkdir", path, b"")

    def unlink(self, path: str) -> Steps[None]:
        """Remove a file; one that is gone already is no error, since mysqld only logs that."""
        yield Change("unlink", path)
        parent, name = self._changing(path)
        parent.entries.pop(name, None)
        self._tell("unlink", path, b"")

    def rmdir(self, path: str) -> Steps[None]:
        yield Change("rmdir", path)
        parent, name = self._changing(path)
        parent.entries.pop(name, None)
        self._tell("rmdir", path, b"")

    def rename(self, source: str, target: str) -> Steps[None]:
        """Give a file another name, replacing what had it: one atomic step."""
        yield Change("rename", f"{source} -> {target}")
        parent, name = self._changing(source)
        other, new_name = self._changing(target)
        other.entries[new_name] = parent.entries.pop(name)
        self._tell("rename", f"{source} -> {target}", b"")

    # ── changing at once: for those who have announced the step themselves, because the bytes depend on its moment ─

    def put(self, path: str, content: Content) -> None:
        """Replace the whole file now."""
        file = self._find(path)
        if isinstance(file, File):
            self._written(file, content)
            self._tell("write", path, content)
            return
        parent, name = self._changing(path)
        parent.entries[name] = File(content, 0o640, self._owner, self._owner, self._clock())
        self._tell("create", path, content)

    def append(self, path: str, content: Content) -> None:
        """Add to the end now. A file that somebody removed while mysqld has it open takes the bytes with it."""
        file = self._find(path)
        if isinstance(file, File):
            offset = len(file.content)
            self._written(file, splice(file.content, offset, content))
            self._tell("append", path, content, offset)

    def splice(self, path: str, offset: int, content: Content) -> None:
        """Overwrite in the middle now; a removed file takes the bytes with it."""
        file = self._find(path)
        if isinstance(file, File):
            self._written(file, splice(file.content, offset, content))
            self._tell("splice", path, content, offset)

    def truncate(self, path: str, size: int) -> None:
        """Cut the file now."""
        file = self._find(path)
        if isinstance(file, File):
            self._written(file, file.content[:size])
            self._tell("truncate", path, b"", size)

    def _written(self, file: File, content: Content) -> None:
        now = self._clock()
        before_write(file, now)
        file.content, file.mtime = content, now

    def _tell(self, verb: str, path: str, content: Content, offset: int = 0) -> None:
        if self._observe is not None:
            self._observe(verb, path, content, offset)

    def inode(self, path: str) -> object:
        """What is at a path, None where nothing is."""
        return self._find(path)

    def _find(self, path: str) -> object:
        here: object = self.top.entries.get(path)
        if here is not None:  # most lie at the top
            return here
        here = self.top
        for part in path.split("/"):
            if part in ("", "."):
                continue
            if not isinstance(here, Directory):
                return None
            here = here.entries.get(part)
        return here

    def force(self, path: str) -> None:
        """Make durable now what is at a path, if anything is: the end of a change that says `sync`."""
        above, _, name = path.rpartition("/")
        parent = self._find(above) if above else self.top
        if isinstance(parent, Directory):
            force(parent.entries.get(name), parent, name)

    def _changing(self, path: str) -> tuple[Directory, str]:
        parent, name = self._parent(path)
        before_change(parent, self._clock())
        return parent, name

    def _parent(self, path: str) -> tuple[Directory, str]:
        above, _, name = path.rpartition("/")
        directory = self._find(above) if above else self.top
        if not isinstance(directory, Directory):
            raise FileNotFoundError(path)
        return directory, name
