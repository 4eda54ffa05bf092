"""JSON patches (RFC 6902): a list of operations, each at a JSON pointer. All of them succeed, or none is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simk8s.api.errors import ApiError, bad_request

Steps = list[str]


def apply(object: dict[str, Any], patch: Any) -> dict[str, Any]:
    """`object` after all operations. Raises ApiError 422 where one of them cannot be done, a failed `test` included."""
    if not isinstance(patch, list) or not all(isinstance(operation, dict) for operation in patch):
        raise bad_request("json: cannot unmarshal object into Go value of type jsonpatch.Patch")
    value: Any = object
    for operation in patch:
        try:
            value = _apply_one(value, operation)
        except (_Impossible, KeyError, IndexError, ValueError) as error:
            raise ApiError("Invalid", 422, _REJECTED) from error
    if not isinstance(value, dict):
        raise ApiError("Invalid", 422, _REJECTED)
    return value


_REJECTED = "the server rejected our request due to an error in our request"


class _Impossible(Exception):
    """An operation that does not fit the document."""


def _apply_one(document: Any, operation: dict[str, Any]) -> Any:
    steps = _steps(operation["path"])
    match operation["op"]:
        case "add":
            return _changed(document, steps, _adding(operation["value"]))
        case "replace":
            return _changed(document, steps, _replacing(operation["value"]))
        case "remove":
            return _changed(document, steps, _removing)
        case "copy":
            return _changed(document, steps, _adding(_at(document, _steps(operation["from"]))))
        case "move":
            source = _steps(operation["from"])
            value = _at(document, source)
            return _changed(_changed(document, source, _removing), steps, _adding(value))
        case "test":
            found = _at(document, steps)
            if found != operation.get("value") or isinstance(found, bool) is not isinstance(operation["value"], bool):
                raise _Impossible
            return document
    raise _Impossible


Change = Callable[[Any, str], Any]
"""Takes the container and the last step of the pointer; returns the container as it is afterwards."""


def _changed(value: Any, steps: Steps, change: Change) -> Any:
    """A copy of `value` along the pointer; the rest is shared."""
    if not steps:
        return change({"": value}, "").get("")
    if len(steps) == 1:
        return change(value, steps[0])
    first, rest = steps[0], steps[1:]
    if isinstance(value, dict):
        return {**value, first: _changed(value[first], rest, change)}
    index = _index(value, first)
    return [*value[:index], _changed(value[index], rest, change), *value[index + 1 :]]


def _adding(new: Any) -> Change:
    def add(value: Any, step: str) -> Any:
        if isinstance(value, dict):
            return {**value, step: new}
        index = len(value) if step == "-" else _index(value, step, end=1)
        return [*value[:index], new, *value[index:]]

    return add


def _replacing(new: Any) -> Change:
    def replace(value: Any, step: str) -> Any:
        if isinstance(value, dict):
            if step not in value:
                raise _Impossible
            return {**value, step: new}
        index = _index(value, step)
        return [*value[:index], new, *value[index + 1 :]]

    return replace


def _removing(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        if step not in value:
            raise _Impossible
        return {field: entry for field, entry in value.items() if field != step}
    index = _index(value, step)
    return [*value[:index], *value[index + 1 :]]


def _at(value: Any, steps: Steps) -> Any:
    for step in steps:
        value = value[step] if isinstance(value, dict) else value[_index(value, step)]
    return value


def _steps(pointer: str) -> Steps:
    if pointer and not pointer.startswith("/"):
        raise _Impossible
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _index(value: Any, step: str, end: int = 0) -> int:
    """Where in a list. A negative number counts from the end, as the server's library has it."""
    if not isinstance(value, list):
        raise _Impossible
    index = int(step)
    if not -len(value) <= index < len(value) + end:
        raise _Impossible
    return index + len(value) if index < 0 else index
