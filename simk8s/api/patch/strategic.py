"""Applying a strategic merge patch: like a JSON merge patch, but lists merge by the keys that the kind's schema names.

Directives in it: `$patch` (replace, delete, merge), `$setElementOrder/FIELD`, `$deleteFromPrimitiveList/FIELD` and
`$retainKeys`. How it is made: `difference`.
"""

from __future__ import annotations

from typing import Any

from simk8s.api.errors import ApiError, bad_request
from simk8s.api.objects import Object
from simk8s.api.schema import Schema, below

DIRECTIVE = "$patch"
RETAIN_KEYS = "$retainKeys"
SET_ORDER = "$setElementOrder/"
DELETE_FROM = "$deleteFromPrimitiveList/"

STRATEGY = "x-kubernetes-patch-strategy"
MERGE_KEY = "x-kubernetes-patch-merge-key"


def apply(object: Object, patch: Object, schema: Schema) -> Object:
    """`object` after the patch; both stay as they are. Raises ApiError where the patch contradicts itself."""
    return _mapping(object, patch, schema)


def strategies(schema: Schema) -> list[str]:
    """How a field is patched: any of `merge`, `retainKeys` and `replace`."""
    return str((schema or {}).get(STRATEGY, "")).split(",")


def merge_key(schema: Schema) -> str:
    """What tells the entries of a merging list apart, "" where they are plain values."""
    return str((schema or {}).get(MERGE_KEY, ""))


def key_of(entry: Any, key: str) -> Any:
    """The value of the merge key, or the entry itself where it is plain. Raises ApiError where it is missing."""
    if not key:
        return entry
    if not isinstance(entry, dict) or key not in entry:
        raise ApiError("", 500, f"map: {go_text(entry)} does not contain declared merge key: {key}")
    return entry[key]


def _mapping(object: Object, patch: Object, schema: Schema) -> Object:
    match patch.get(DIRECTIVE, "merge"):
        case "replace":
            return {field: value for field, value in patch.items() if field != DIRECTIVE}
        case "delete":
            return {}
        case "merge":
            pass
        case other:
            raise _unprocessable(f"unknown patch type found: {other} in map: {go_text(patch)}")
    result = _retained(object, patch)
    orders: dict[str, Any] = {}
    for field, value in patch.items():
        if field in (DIRECTIVE, RETAIN_KEYS):
            continue
        if field.startswith(SET_ORDER):
            orders[field.removeprefix(SET_ORDER)] = value
        elif field.startswith(DELETE_FROM):
            _delete_from(result, field.removeprefix(DELETE_FROM), value)
        elif value is None:
            result.pop(field, None)
        else:
            result[field] = _value(result.get(field), value, below(schema, field))
    for field, order in orders.items():
        if isinstance(result.get(field), list):
            key = merge_key(below(schema, field))
            _check_order(patch.get(field), order, key)
            result[field] = _in_order(result[field], order, object.get(field) or [], key)
    return result


def _retained(object: Object, patch: Object) -> Object:
    """What `$retainKeys` leaves of an object, for instance of a volume that changes its type."""
    kept = patch.get(RETAIN_KEYS)
    if kept is None:
        return dict(object)
    named = [field for field in patch if not field.startswith("$") and patch[field] is not None]
    if not isinstance(kept, list) or any(field not in kept for field in named):
        raise bad_request("invalid patch format of retainKeys")
    return {field: value for field, value in object.items() if field in kept}


def _delete_from(result: Object, field: str, values: Any) -> None:
    if isinstance(result.get(field), list):
        result[field] = [entry for entry in result[field] if entry not in values]


def _value(old: Any, new: Any, schema: Schema) -> Any:
    if isinstance(new, dict):
        if "replace" in strategies(schema) or not isinstance(old, dict):
            old = {}
        return _mapping(old, new, schema)
    if isinstance(new, list) and "merge" in strategies(schema):
        return _merged(old if isinstance(old, list) else [], new, schema)
    return new


def _merged(old: list[Any], patch: list[Any], schema: Schema) -> list[Any]:
    """A list whose entries merge, those of the patch in the patch's order, the others beside their neighbours."""
    key = merge_key(schema)
    if not key:
        both = [*old, *(entry for entry in patch if entry not in old)]
        return _in_order(both, patch, old, key)
    items = below(schema, 0)
    result = list(old)
    plain = []
    for entry in patch:
        match entry.get(DIRECTIVE, "") if isinstance(entry, dict) else "":
            case "":
                plain.append(entry)
            case "delete":
                gone = key_of(entry, key)
                result = [other for other in result if key_of(other, key) != gone]
            case "replace":
                result = []
            case "merge":
                raise ApiError("", 500, "merging lists cannot yet be specified in the patch")
            case other:
                raise _unprocessable(f"unknown patch type found: {other} in map: {go_text(entry)}")
    for entry in plain:
        name = key_of(entry, key)
        index = next((i for i, other in enumerate(result) if key_of(other, key) == name), None)
        if index is None:
            result.append(_mapping({}, entry, items))
        else:
            result[index] = _mapping(result[index], entry, items)
    return _in_order(result, plain, old, key)


def _in_order(entries: list[Any], order: list[Any], old: list[Any], key: str) -> list[Any]:
    """Entries that `order` names in that order; before each of them the others that were before it in `old`."""
    ranks = _ranks(order, key)
    places = _ranks(old, key)
    named = sorted((e for e in entries if _hashable(e, key) in ranks), key=lambda e: ranks[_hashable(e, key)])
    others = [entry for entry in entries if _hashable(entry, key) not in ranks]
    result: list[Any] = []
    for entry in named:
        place = places.get(_hashable(entry, key), -1)
        while others and places.get(_hashable(others[0], key), len(old)) < place:
            result.append(others.pop(0))
        result.append(entry)
    return result + others


def _check_order(patch: Any, order: list[Any], key: str) -> None:
    """What a patch brings must stand in its `$setElementOrder` too."""
    if not isinstance(patch, list) or not order:
        return
    ranks = _ranks(order, key)
    brought = [entry for entry in patch if not (isinstance(entry, dict) and DIRECTIVE in entry)]
    places = [ranks.get(_hashable(entry, key), -1) for entry in brought]
    if -1 in places or places != sorted(places):
        why = f"The order in patch list:\n{go_text(patch)}\n doesn't match {SET_ORDER[:-1]} list:\n{go_text(order)}\n"
        raise ApiError("", 500, why)


def _ranks(entries: list[Any], key: str) -> dict[Any, int]:
    ranks: dict[Any, int] = {}
    for index, entry in enumerate(entries):
        ranks.setdefault(_hashable(entry, key), index)
    return ranks


def _hashable(entry: Any, key: str) -> Any:
    value = key_of(entry, key)
    return value if isinstance(value, (str, int, float, bool)) else go_text(value)


def _unprocessable(why: str) -> ApiError:
    return ApiError("Invalid", 422, why)


def go_text(value: Any) -> str:
    """A value as Go prints it in messages.

    >>> go_text({"name": "web", "args": ["-v"], "env": None})
    'map[args:[-v] env:<nil> name:web]'
    """
    if isinstance(value, dict):
        return "map[" + " ".join(f"{field}:{go_text(value[field])}" for field in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(go_text(entry) for entry in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "<nil>" if value is None else str(value)
