"""Backups: what cp, mv and ln do with the file that they are about to replace, when told to keep it."""

from __future__ import annotations

from simk8s.machine import Process
from simk8s.programs.files.path import base_name, dir_name
from simk8s.programs.options import Options, UsageError
from simk8s.sim import Run

BACKUP_OPTIONS = "b backup:: S,suffix:"


def keep(process: Process, path: str, options: Options) -> Run[None]:
    """Rename what is at a path to its backup's name, where the options ask for one: a step of its own."""
    if options.last_of(("b", "backup", "S")):
        name = _backup_name(process, path, options)
        if name:
            yield from process.rename(path, name)


def _backup_name(process: Process, path: str, options: Options) -> str:
    how = options["backup"] or "existing"
    simple = path + (options["S"] or "~")
    if how in ("none", "off"):
        return ""
    if how in ("simple", "never"):
        return simple
    if how not in ("numbered", "t", "existing", "nil"):
        raise UsageError(f"invalid argument '{how}' for 'backup type'")
    folder, start = dir_name(path), f"{base_name(path)}.~"
    numbers = [
        int(name[len(start) : -1])
        for name in process.listdir(folder)
        if name.startswith(start) and name.endswith("~") and name[len(start) : -1].isdecimal()
    ]
    if not numbers and how in ("existing", "nil"):
        return simple
    return f"{path}.~{max(numbers, default=0) + 1}~"
