"""What changed between two versions of an object: versions share what is equal, history keeps the difference."""

from __future__ import annotations

from itertools import chain, repeat
from operator import is_
from typing import Any

_NOTHING = object()


def share(old: Any, new: Any) -> Any:
    """A private copy of `new` in which every part that is equal to its counterpart in `old` *is* that counterpart.

    So `share(old, new) is old` tells that nothing changed (API-1), whatever the order of keys. Null fields are dropped,
    as the API drops them.

    >>> old = {"spec": {"replicas": 3}, "status": {"replicas": 2}}
    >>> new = share(old, {"spec": {"replicas": 3}, "status": {"replicas": 3}})
    >>> new["spec"] is old["spec"], new["status"]
    (True, {'replicas': 3})
    """
    if new is old:
        return old
    if isinstance(new, dict):
        return _share_dict(old, new) if isinstance(old, dict) else _without_nulls(new)
    if isinstance(new, (list, tuple)):
        return _share_list(old, new) if isinstance(old, list) else [share(_NOTHING, value) for value in new]
    return old if type(old) is type(new) and old == new else new


_PLAIN = frozenset({str, int, bool})
"""What most fields are: compared where it is met, without a call for each."""


def _share_dict(old: dict[str, Any], new: dict[str, Any]) -> Any:
    result = {}
    same = True
    for key, value in new.items():
        if value is None:
            continue
        before = old.get(key, _NOTHING)
        if value is not before:
            kind = type(value)
            if kind not in _PLAIN:
                value = share(before, value)
            elif kind is type(before) and value == before:
                value = before
            same = same and value is before
        result[key] = value
    return old if same and len(result) == len(old) else result


def _without_nulls(new: dict[str, Any]) -> dict[str, Any]:
    """A private copy of a mapping that has no counterpart."""
    return {
        key: value if type(value) in _PLAIN else share(_NOTHING, value)
        for key, value in new.items()
        if value is not None
    }


def _share_list(old: list[Any], new: list[Any] | tuple[Any, ...]) -> list[Any]:
    lead, tail = _in_common(old, new)
    before = old[lead : len(old) - tail]
    middle = new[lead : len(new) - tail]
    shared = [*map(share, chain(before, repeat(_NOTHING)), middle)]
    if len(before) == len(shared) and all(map(is_, before, shared)):
        return old
    return [*old[:lead], *shared, *old[len(old) - tail :]]


def _in_common(old: list[Any], new: list[Any] | tuple[Any, ...]) -> tuple[int, int]:
    """How many entries at the start and at the end are the very same."""
    lead = 0
    for before, after in zip(old, new, strict=False):
        if before is not after:
            break
        lead += 1
    tail = 0
    for before, after in zip(reversed(old[lead:]), reversed(new[lead:]), strict=False):
        if before is not after:
            break
        tail += 1
    return lead, tail


def difference(old: Any, new: Any) -> list[dict[str, Any]]:
    """The JSON Patch (RFC 6902) that makes `new` of `old`. Cheap where the two share their equal parts.

    >>> difference({"status": {"phase": "Pending"}}, {"status": {"phase": "Running", "podIP": "10.244.1.2"}})
    ... # doctest: +NORMALIZE_WHITESPACE
    [{'op': 'replace', 'path': '/status/phase', 'value': 'Running'},
     {'op': 'add', 'path': '/status/podIP', 'value': '10.244.1.2'}]
    """
    operations: list[dict[str, Any]] = []
    _compare(old, new, "", operations)
    return operations


def _compare(old: Any, new: Any, path: str, operations: list[dict[str, Any]]) -> None:
    if old is new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            if key not in new:
                operations.append({"op": "remove", "path": f"{path}/{_escape(key)}"})
        for key, value in new.items():
            if key not in old:
                operations.append({"op": "add", "path": f"{path}/{_escape(key)}", "value": value})
            elif old[key] is not value:
                _compare(old[key], value, f"{path}/{_escape(key)}", operations)
    elif isinstance(old, list) and isinstance(new, list):
        _compare_lists(old, new, path, operations)
    elif type(old) is not type(new) or old != new:
        operations.append({"op": "replace", "path": path, "value": new})


def _compare_lists(old: list[Any], new: list[Any], path: str, operations: list[dict[str, Any]]) -> None:
    lead, tail = _in_common(old, new)
    end, new_end = len(old) - tail, len(new) - tail
    for index in range(end - 1, new_end - 1, -1):
        operations.append({"op": "remove", "path": f"{path}/{index}"})
    for index in range(lead, new_end):
        if index >= end:
            operations.append({"op": "add", "path": f"{path}/{index}", "value": new[index]})
        elif old[index] is not new[index]:
            _compare(old[index], new[index], f"{path}/{index}", operations)


def patched(value: Any, operations: list[dict[str, Any]]) -> Any:
    """`value` after a JSON Patch made by `difference`; `value` itself stays as it is.

    >>> patched({"a": [1, 2]}, [{"op": "replace", "path": "/a/1", "value": 3}])
    {'a': [1, 3]}
    """
    for operation in operations:
        steps = [_unescape(step) for step in operation["path"].split("/")[1:]]
        value = _with_operation(value, steps, operation)
    return value


def _with_operation(value: Any, steps: list[str], operation: dict[str, Any]) -> Any:
    if not steps:
        return operation["value"]
    first, rest = steps[0], steps[1:]
    if isinstance(value, list):
        index = int(first)
        if rest:
            return [*value[:index], _with_operation(value[index], rest, operation), *value[index + 1 :]]
        if operation["op"] == "remove":
            return value[:index] + value[index + 1 :]
        if operation["op"] == "add":
            return [*value[:index], operation["value"], *value[index:]]
        return [*value[:index], operation["value"], *value[index + 1 :]]
    if not rest and operation["op"] == "remove":
        return {key: entry for key, entry in value.items() if key != first}
    return {**value, first: _with_operation(value.get(first), rest, operation) if rest else operation["value"]}


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1") if "/" in key or "~" in key else key


def _unescape(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")
