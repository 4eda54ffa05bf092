"""Crash recovery: the redo log applied to data files, by the server at its start and by `xtrabackup --prepare`.

It works on files alone, so it gives the same result wherever it is run, and again when it was itself interrupted: an
entry is applied to a file only if the file's LSN is older (MYSQLD-50).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.ibd import Space, SystemSpace, decode_space, decode_system_space
from simk8s.mysql.redo import RedoContent
from simk8s.mysql.step import Log, Steps


@dataclass(frozen=True, slots=True)
class Recovered:
    """What recovery found. `rolled_back` transactions had not reached the binary log."""

    system: SystemSpace
    lsn: int
    committed: tuple[int, ...]
    rolled_back: tuple[int, ...]


def recover_files(directory: DataDirectory, redo: RedoContent, xids: Collection[int] = ()) -> Steps[Recovered]:
    """Bring `ibdata1` and the `.ibd` files up to the end of `redo`.

    `xids` are those found in the binary log: a transaction prepared with one of them is committed, other unfinished
    ones are rolled back (MYSQLD-52).
    """
    system = decode_system_space(directory.read("ibdata1"))
    committed, rolled_back = decide(redo, xids)
    for entry in redo.entries:
        if entry.kind == "commit" and entry.lsn > system.lsn and entry.data[1]:
            system.binlog = (entry.data[1], entry.data[2])
        if entry.lsn > system.lsn:
            yield from _replay_dictionary(directory, system, entry.kind, entry.data)
    paths = {space: name for name, space in system.tables.items()}
    for space, changes in sorted(_changes(redo, committed).items()):
        name = paths.get(space)
        if name is not None:
            yield from _apply(directory, f"{name}.ibd", space, changes)
    system.lsn = max(redo.end, system.lsn)
    numbers = [entry.transaction for entry in redo.entries if entry.transaction is not None]
    system.next_transaction = max([system.next_transaction, *(number + 1 for number in numbers)])
    yield from directory.write("ibdata1", system.encode())
    return Recovered(system, system.lsn, tuple(committed), tuple(rolled_back))


def decide(redo: RedoContent, xids: Collection[int]) -> tuple[dict[int, int], list[int]]:
    """Which transactions count, with the LSN at which they do, and which are rolled back."""
    committed: dict[int, int] = {}
    pending: dict[int, tuple[int, int]] = {}
    for entry in redo.entries:
        match entry.kind:
            case "rows":
                number, xid, _, _ = entry.data
                pending[number] = (xid, entry.lsn)
            case "commit":
                committed[entry.data[0]] = entry.lsn
                pending.pop(entry.data[0], None)
            case "rollback":
                pending.pop(entry.data[0], None)
    for number, (xid, _) in pending.items():
        if xid and xid in xids:
            committed[number] = redo.end
    return committed, [number for number in pending if number not in committed]


def _changes(redo: RedoContent, committed: dict[int, int]) -> dict[int, list[tuple[int, int, list[Any] | None]]]:
    """By tablespace: (LSN of the commit, row number, row) in the order of commits."""
    rows = {entry.data[0]: entry.data[3] for entry in redo.entries if entry.kind == "rows"}
    by_space: dict[int, list[tuple[int, int, list[Any] | None]]] = {}
    for number, lsn in sorted(committed.items(), key=lambda item: item[1]):
        for space, row_number, row in rows.get(number, ()):
            by_space.setdefault(space, []).append((lsn, row_number, row))
    return by_space


def _apply(
    directory: DataDirectory, path: str, space: int, changes: list[tuple[int, int, list[Any] | None]]
) -> Steps[None]:
    try:
        file = decode_space(directory.read(path))
    except (FileNotFoundError, ValueError):
        yield Log("Warning", f"InnoDB: Tablespace {space} was not found at ./{path}.")
        return
    newer = [change for change in changes if change[0] > file.lsn and file.space == space]
    if not newer:
        return
    for lsn, number, row in newer:
        if row is None:
            file.rows.pop(number, None)
        else:
            file.rows[number] = row
        file.lsn = max(file.lsn, lsn)
    yield from directory.write(path, Space(space, file.lsn, file.rows, file.size).encode())


def _replay_dictionary(directory: DataDirectory, system: SystemSpace, kind: str, data: list[Any]) -> Steps[None]:
    """Repeat what was done to the dictionary, and to files whose turn had not come."""
    match kind:
        case "create":
            name, space = data
            system.tables[name] = space
            system.next_space = max(system.next_space, space + 1)
        case "drop":
            name, space = data
            system.tables.pop(name, None)
            if _space_at(directory, f"{name}.ibd") == space:
                yield from directory.unlink(f"{name}.ibd")
        case "rename":
            old, new = data
            if old in system.tables:
                system.tables[new] = system.tables.pop(old)
                if _space_at(directory, f"{old}.ibd") == system.tables[new]:
                    yield from directory.rename(f"{old}.ibd", f"{new}.ibd")


def _space_at(directory: DataDirectory, path: str) -> int | None:
    try:
        return decode_space(directory.read(path)).space
    except (FileNotFoundError, ValueError):
        return None
