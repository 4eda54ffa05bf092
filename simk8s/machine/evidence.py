"""What somebody found in the files of a container, kept with all that it rests on."""

from __future__ import annotations

from simk8s.machine.content import Content
from simk8s.machine.errno import SyscallError
from simk8s.machine.filesystem import Directory, File, Inode
from simk8s.machine.mount import MountTable


class Evidence:
    """Looks at paths, and knows later whether everything that it saw on the way is still the same.

    So a program that reads the same settings at each start needs to read them again only where they have changed.
    """

    __slots__ = ("_files", "_is_sure", "_listed", "_mounts", "_steps", "_version")

    def __init__(self, mounts: MountTable) -> None:
        self._mounts = mounts
        self._version = mounts.version
        self._is_sure = True
        self._steps: dict[tuple[Directory, str], Inode | None] = {}
        self._listed: list[tuple[Directory, list[str]]] = []
        self._files: list[tuple[File, Content, int, int, int]] = []

    def find(self, path: str, cwd: str) -> Inode | None:
        """As `Process.find`."""
        steps = self._mounts.steps(path, cwd)
        if steps is None:
            self._is_sure = False
            try:
                return self._mounts.find(path, cwd)
            except SyscallError:
                return None
        inode, below = steps
        self._steps.update(below)
        return inode

    def names(self, directory: Directory) -> list[str]:
        """The names in a directory that was found, sorted."""
        names = list(directory.entries)
        self._listed.append((directory, names))
        return sorted(names)

    def look_into(self, file: File) -> None:
        """The content of a file that was found, its mode and its owners are seen, too."""
        self._files.append((file, file.content, file.mode, file.uid, file.gid))

    def holds(self) -> bool:
        """Whether whoever looks again sees the same."""
        if not self._is_sure or self._mounts.version != self._version:
            return False
        for (directory, name), inode in self._steps.items():
            if directory.entries.get(name) is not inode:
                return False
        for directory, names in self._listed:
            if list(directory.entries) != names:
                return False
        for file, content, mode, uid, gid in self._files:
            if file.content is not content or file.mode != mode or file.uid != uid or file.gid != gid:
                return False
        return True
