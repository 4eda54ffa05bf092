"""JSON merge patches (RFC 7396): what is named replaces, null removes, lists are replaced as a whole."""

from __future__ import annotations

from typing import Any


def apply(value: Any, patch: Any) -> Any:
    """`value` after the patch.

    >>> apply({"metadata": {"labels": {"a": "1", "b": "2"}}}, {"metadata": {"labels": {"a": None, "c": "3"}}})
    {'metadata': {'labels': {'b': '2', 'c': '3'}}}
    """
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for field, change in patch.items():
        if change is None:
            result.pop(field, None)
        else:
            result[field] = apply(result.get(field), change)
    return result


def two_way(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The patch that makes `after` of `before`, empty where they are equal."""
    return three_way(before, after, before)


def three_way(original: dict[str, Any], modified: dict[str, Any], current: dict[str, Any]) -> dict[str, Any]:
    """The patch that brings `current` to what `modified` says, and takes out what only `original` said."""
    patch: dict[str, Any] = {}
    for field in original:
        if field not in modified and field in current:
            patch[field] = None
    for field, value in modified.items():
        there = current.get(field)
        if isinstance(value, dict) and isinstance(there, dict):
            before = original.get(field)
            inner = three_way(before if isinstance(before, dict) else {}, value, there)
            if inner:
                patch[field] = inner
        elif field not in current or type(value) is not type(there) or value != there:
            patch[field] = value
    return patch
