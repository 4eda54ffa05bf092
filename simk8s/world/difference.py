"""What is different between two worlds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simk8s.world.state import FileSystem, Server, World

_PARTS = ("objects", "nodes", "pods", "containers", "processes", "listeners", "connections")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different. `part` names the field of World (or `files`, `rows`), `key` the entry.

    `before` and `after` are None where there is none: `before` None has appeared, `after` None is gone.
    """

    part: str
    key: str
    before: Any
    after: Any


def difference(first: World, second: World) -> list[Change]:
    """Everything that is different in the second world, by part and key.

    Quick where one world was folded from the other: what they share is not looked at.
    """
    found = [change for part in _PARTS for change in _entries(part, getattr(first, part), getattr(second, part))]
    found += _inside("filesystems", "files", first, second)
    found += _inside("servers", "rows", first, second)
    return found


def _entries(part: str, first: Mapping[Any, Any], second: Mapping[Any, Any], prefix: str = "") -> Iterator[Change]:
    if first is second:
        return
    for key in sorted(first.keys() | second.keys()):
        before, after = first.get(key), second.get(key)
        if before is not after and before != after:
            yield Change(part, f"{prefix}{key}", before, after)


def _inside(part: str, inner: str, first: World, second: World) -> Iterator[Change]:
    """File systems file by file, servers row by row; and what else is different of each, without these."""
    before, after = getattr(first, part), getattr(second, part)
    if before is after:
        return
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old is new:
            continue
        if _shell(old) != _shell(new):
            yield Change(part, key, old, new)
        yield from _entries(inner, _contents(old), _contents(new), key + (":" if part == "filesystems" else " "))


def _contents(thing: FileSystem | Server | None) -> Mapping[Any, Any]:
    if isinstance(thing, FileSystem):
        return thing.files
    if isinstance(thing, Server):
        return {f"{name}[{number}]": row for name, table in thing.tables.items() for number, row in table.rows.items()}
    return {}


def _shell(thing: FileSystem | Server | None) -> Any:
    """Everything but the contents."""
    if isinstance(thing, FileSystem):
        return (thing.kind, thing.image, thing.removed)
    if isinstance(thing, Server):
        columns = {name: table.columns for name, table in thing.tables.items()}
        return (thing.host, thing.pid, thing.state, thing.stage, thing.position, columns, thing.replication)
    return None
