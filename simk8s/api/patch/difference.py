"""Making strategic merge patches, as `apply`, `edit` and `set` do: the change, and nothing of what stays.

The form is kubectl's, field by field, since people see patches: in the error of a refused `apply`, and in `diff`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from simk8s.api.objects import Object
from simk8s.api.patch.strategic import (
    DELETE_FROM,
    DIRECTIVE,
    RETAIN_KEYS,
    SET_ORDER,
    key_of,
    merge_key,
    strategies,
)
from simk8s.api.schema import Schema, below


@dataclass(frozen=True, slots=True)
class _Mode:
    """What to write down; `retain_keys` is on inside of a field that keeps only the keys that it is given."""

    changes: bool = True
    deletions: bool = True
    order: bool = True
    retain_keys: bool = False


def two_way(before: Object, after: Object, schema: Schema) -> Object:
    """The patch that makes `after` of `before`; empty where they are equal."""
    return _mapping(before, after, schema, _Mode())


def three_way(original: Object, modified: Object, current: Object, schema: Schema) -> Object:
    """The patch of `kubectl apply`: brings `current` to what `modified` says, takes out what only `original` said.

    What neither of them mentions, as the server's defaults and controllers' work, stays.
    """
    deletions = _mapping(original, modified, schema, _Mode(changes=False))
    changes = _mapping(current, modified, schema, _Mode(deletions=False))
    return _union(deletions, changes, schema)


def _mapping(before: Object, after: Object, schema: Schema, mode: _Mode) -> Object:
    patch: Object = {}
    inner_mode = replace(mode, retain_keys=False)
    for field, new in after.items():
        old: Any = before.get(field)
        inner = below(schema, field)
        if field not in before or _differ_in_type(old, new):
            if mode.changes:
                patch[field] = new
        elif isinstance(new, dict) and "replace" not in strategies(inner):
            nested = _mapping(old, new, inner, replace(inner_mode, retain_keys="retainKeys" in strategies(inner)))
            if nested:
                patch[field] = nested
        elif isinstance(new, list) and "merge" in strategies(inner):
            _list(patch, field, old, new, inner, inner_mode)
        elif mode.changes and old != new:
            patch[field] = new
    if mode.deletions:
        patch.update({field: None for field in before if field not in after})
    if mode.retain_keys and (patch or any(field not in after for field in before)):
        patch[RETAIN_KEYS] = sorted(after)
    return patch


def _list(patch: Object, field: str, old: list[Any], new: list[Any], schema: Schema, mode: _Mode) -> None:
    """A list whose entries merge: its changed entries, those to delete, and the order of all."""
    if not old:
        if new and mode.changes:
            patch[field] = new
        return
    key = merge_key(schema)
    if not key:
        _values(patch, field, old, new, mode)
        return
    mode = replace(mode, retain_keys="retainKeys" in strategies(schema))
    entries = _entries(old, new, key, below(schema, 0), mode)
    same_order = [key_of(entry, key) for entry in old] == [key_of(entry, key) for entry in new]
    if entries:
        patch[field] = entries
    if mode.order and (entries or (mode.changes and not same_order)):
        patch[SET_ORDER + field] = [{key: key_of(entry, key)} for entry in new]


def _entries(old: list[Any], new: list[Any], key: str, schema: Schema, mode: _Mode) -> list[Any]:
    """Entries of one key are compared in pairs, so that one port number for TCP and UDP is two ports."""
    left: dict[str, list[Any]] = {}
    for entry in old:
        left.setdefault(str(key_of(entry, key)), []).append(entry)
    changed = []
    for entry in new:
        partners = left.get(str(key_of(entry, key)))
        if partners:
            nested = _mapping(partners.pop(0), entry, schema, mode)
            if nested:
                changed.append({**nested, key: entry[key]})
        elif mode.changes:
            changed.append(entry)
    gone = [entry for name in sorted(left) for entry in left[name]] if mode.deletions else []
    return changed + [{DIRECTIVE: "delete", key: entry[key]} for entry in gone]


def _values(patch: Object, field: str, old: list[Any], new: list[Any], mode: _Mode) -> None:
    """A list of plain values, for instance finalizers."""
    added = [value for value in new if value not in old] if mode.changes else []
    gone = sorted((value for value in old if value not in new), key=str) if mode.deletions else []
    if added:
        patch[field] = added
    if gone:
        patch[DELETE_FROM + field] = gone
    if mode.order and (gone or (mode.changes and old != new)):
        patch[SET_ORDER + field] = new


def _union(deletions: Object, changes: Object, schema: Schema) -> Object:
    """One patch of two: their deletions and changes never contradict each other."""
    result = dict(deletions)
    for field, change in changes.items():
        other = result.get(field)
        if field.startswith("$") or field not in result:
            result[field] = change
        elif isinstance(change, dict) and isinstance(other, dict):
            result[field] = _union(other, change, below(schema, field))
        elif isinstance(change, list) and isinstance(other, list) and merge_key(below(schema, field)):
            order = changes.get(SET_ORDER + field) or deletions.get(SET_ORDER + field) or []
            result[field] = _united(other, change, order, below(schema, field))
        else:
            result[field] = change
    return result


def _united(deletions: list[Any], changes: list[Any], order: list[Any], schema: Schema) -> list[Any]:
    """Entries to change, in the order they shall have, then those to delete."""
    key = merge_key(schema)
    partial = {str(entry[key]): entry for entry in deletions if DIRECTIVE not in entry}
    merged = []
    for entry in changes:
        partner = partial.pop(str(entry[key]), None)
        merged.append(_union(partner, entry, below(schema, 0)) if partner else entry)
    ranks = [entry[key] for entry in order]
    merged = sorted([*merged, *partial.values()], key=lambda entry: ranks.index(entry[key]))
    return [*merged, *(entry for entry in deletions if DIRECTIVE in entry)]


def _differ_in_type(old: Any, new: Any) -> bool:
    return type(old) is not type(new) and not (isinstance(old, int | float) and isinstance(new, int | float))
