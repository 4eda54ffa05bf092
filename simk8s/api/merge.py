"""The three-way merge behind `kubectl apply`: what was written before, what is written now, what the cluster has.

A field that was written before and is not any more goes away; a field that is written now wins; everything else (what
the server and controllers have set) stays. Lists merge by the keys that the kind's schema names.
"""

from __future__ import annotations

from typing import Any

from simk8s.api.objects import Object
from simk8s.api.resources import Resource
from simk8s.api.schema import below, root

_STRATEGY = "x-kubernetes-patch-strategy"
_MERGE_KEY = "x-kubernetes-patch-merge-key"

Schema = dict[str, Any] | None


def three_way(original: Object, modified: Object, current: Object, resource: Resource) -> Object:
    """`current` after the changes from `original` to `modified`, as a new dict that shares what did not change.

    Custom resources have no schema: their lists are replaced as a whole.
    """
    name = root(resource.api_version, resource.kind)
    return _mapping(original, modified, current, {"$ref": f"#/$defs/{name}"} if name else None)


def _mapping(original: Object, modified: Object, current: Object, schema: Schema) -> Object:
    result = {field: value for field, value in current.items() if field in modified or field not in original}
    for field, value in modified.items():
        if value is None:
            result.pop(field, None)
            continue
        inner = below(schema, field)
        result[field] = _value(original.get(field), value, current.get(field), inner)
    return result


def _value(original: Any, modified: Any, current: Any, schema: Schema) -> Any:
    strategy = (schema or {}).get(_STRATEGY, "").split(",")
    if isinstance(modified, dict) and isinstance(current, dict):
        merged = _mapping(original if isinstance(original, dict) else {}, modified, current, schema)
        return {field: merged[field] for field in merged if field in modified} if "retainKeys" in strategy else merged
    if isinstance(modified, list) and isinstance(current, list) and "merge" in strategy:
        return _list(original if isinstance(original, list) else [], modified, current, schema or {})
    return modified


def _list(original: list[Any], modified: list[Any], current: list[Any], schema: dict[str, Any]) -> list[Any]:
    key = schema.get(_MERGE_KEY)
    if key is None:
        removed = [entry for entry in original if entry not in modified]
        return [*modified, *(entry for entry in current if entry not in modified and entry not in removed)]
    if any(len({_key(entry, key) for entry in entries}) < len(entries) for entries in (original, modified, current)):
        return modified  # one port number for TCP and UDP: the key does not tell them apart
    before = {_key(entry, key): entry for entry in original}
    there = {_key(entry, key): entry for entry in current}
    retain = "retainKeys" in schema.get(_STRATEGY, "")
    items = below(schema, 0)
    merged: list[Any] = []
    for entry in modified:
        name = _key(entry, key)
        if name not in there:
            merged.append(entry)
            continue
        result = _mapping(before.get(name, {}), entry, there[name], items)
        merged.append({field: value for field, value in result.items() if field in entry} if retain else result)
    return _with_others(merged, current, {_key(entry, key) for entry in modified} | before.keys(), key)


def _with_others(merged: list[Any], current: list[Any], own: set[Any], key: str) -> list[Any]:
    """Entries that only the server has keep their neighbour on the left."""
    result = list(merged)
    for index, entry in enumerate(current):
        if _key(entry, key) in own:
            continue
        left = _key(current[index - 1], key) if index else None
        position = next(
            (i + 1 for i, other in enumerate(result) if _key(other, key) == left), 0 if index == 0 else None
        )
        result.insert(len(result) if position is None else position, entry)
    return result


def _key(entry: Any, key: str) -> Any:
    return entry.get(key) if isinstance(entry, dict) else entry
