"""The files of whoever calls `Cluster.kubectl`: what `kubectl cp` copies. No simulated program gets here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from simk8s.errors import Place, SimError


class HostFolder:
    """Paths as the caller gives them, relative ones from `folder`. Raises SimError SK102 where one is unusable."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, path: str) -> bytes | Mapping[str, bytes] | None:
        """A file's content; of a folder, the files in it by their relative paths; None where there is neither."""
        found = self.folder / path
        try:
            if found.is_dir():
                files = sorted(file for file in found.rglob("*") if file.is_file())
                return {file.relative_to(found).as_posix(): file.read_bytes() for file in files}
            return found.read_bytes() if found.exists() else None
        except OSError as error:
            raise self._unusable("read", path, error) from error

    def write(self, path: str, content: bytes) -> None:
        """Create or replace a file, with the folders above it."""
        target = self.folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        except OSError as error:
            raise self._unusable("write", path, error) from error

    def is_folder(self, path: str) -> bool:
        return (self.folder / path).is_dir()

    def _unusable(self, verb: str, path: str, error: OSError) -> SimError:
        hint = "choose another file, or mend its permissions"
        return SimError("SK102", f"cannot {verb} {path}: {error.strerror}", place=Place(path), hint=hint)
