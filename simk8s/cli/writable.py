"""Whether what a command is to save has a place to go: asked before the work, which may be long, not after it."""

from __future__ import annotations

from pathlib import Path


def check_writable(file: str, option: str, *, makes_folders: bool = False) -> None:
    """Raises SimError SK102 where a file cannot be written. `makes_folders`: those that are missing will be made."""
    from simk8s.errors import SimError

    path = Path(file)
    try:
        if path.exists() and not path.is_file():
            return  # a pipe or a device: writing to it is not for trying out
        folder = path.parent
        while makes_folders and not folder.exists():
            folder = folder.parent
        probe = folder / f"{path.name}.partial"
        probe.open("wb").close()
        probe.unlink()
    except OSError as error:
        message = f"cannot write {file}: {error.strerror}"
        raise SimError("SK102", message, hint=f"choose another place for {option}") from error
