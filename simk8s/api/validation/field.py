"""The API's words for a field that is wrong: Required value, Invalid value, Unsupported value, ..."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from simk8s.api.errors import Cause

Path: TypeAlias = tuple[str | int, ...]


def text(path: Path) -> str:
    """A path as the API writes it.

    >>> text(("spec", "containers", 0, "name"))
    'spec.containers[0].name'
    """
    result = ""
    for step in path:
        if isinstance(step, int):
            result += f"[{step}]"
        else:
            result += f".{step}" if result else step
    return result


def required(path: Path, detail: str = "") -> Cause:
    return Cause(text(path), _with("Required value", detail), "FieldValueRequired", path)


def invalid(path: Path, value: Any, detail: str) -> Cause:
    return Cause(text(path), _with(f"Invalid value: {shown(value)}", detail), "FieldValueInvalid", path)


def unsupported(path: Path, value: Any, supported: tuple[str, ...]) -> Cause:
    detail = "supported values: " + ", ".join(f'"{word}"' for word in supported)
    return Cause(text(path), f"Unsupported value: {shown(value)}: {detail}", "FieldValueNotSupported", path)


def duplicate(path: Path, value: Any) -> Cause:
    return Cause(text(path), f"Duplicate value: {shown(value)}", "FieldValueDuplicate", path)


def forbidden(path: Path, detail: str) -> Cause:
    return Cause(text(path), _with("Forbidden", detail), "FieldValueForbidden", path)


def not_found(path: Path, value: Any, hint: str = "") -> Cause:
    return Cause(text(path), f"Not found: {shown(value)}", "FieldValueNotFound", path, hint)


def too_long(path: Path, limit_bytes: int) -> Cause:
    return Cause(text(path), f"Too long: may not be more than {limit_bytes} bytes", "FieldValueTooLong", path)


def immutable(path: Path, value: Any) -> Cause:
    return invalid(path, value, "field is immutable")


def _with(what: str, detail: str) -> str:
    return f"{what}: {detail}" if detail else what


def shown(value: Any) -> str:
    """A value inside a message: texts in quotes, everything else as JSON."""
    return msgspec.json.encode(value, order="sorted").decode()
