"""The structure of Kubernetes' own kinds as of 1.35: which fields there are, of which type, and how lists are merged.

The data is `kubernetes.json`, made by `tools/extract_schemas.py`; this module walks it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeAlias

import msgspec

VERSION = "v1.35.0"
_PREFIX = "#/$defs/"

Schema: TypeAlias = dict[str, Any] | None
"""What is known of a value; None of what custom resources hold."""


@lru_cache(maxsize=1)
def definitions() -> dict[str, Any]:
    """All definitions by their full names, as `io.k8s.api.core.v1.PodSpec`."""
    result: dict[str, Any] = _data()["$defs"]
    return result


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    result: dict[str, Any] = msgspec.json.decode((files(__package__) / "kubernetes.json").read_bytes())
    return result


def root(api_version: str, kind: str) -> str | None:
    """The definition of a kind, None for custom resources."""
    name: str | None = _data()["kinds"].get(f"{api_version}/{kind}")
    return name


def schema_of(api_version: str, kind: str) -> Schema:
    """The schema of a kind, None for custom resources."""
    name = root(api_version, kind)
    return {"$ref": _PREFIX + name} if name else None


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, or what it refers to."""
    reference = schema.get("$ref")
    return definitions()[reference.removeprefix(_PREFIX)] if reference else schema


def reference(schema: dict[str, Any]) -> str:
    """The name of the definition that the schema refers to, "" where it is none."""
    return str(schema.get("$ref", "")).removeprefix(_PREFIX)


def below(schema: dict[str, Any] | None, step: str | int) -> dict[str, Any] | None:
    """The schema of a field or of a list's items, unresolved; None where nothing is known of it."""
    if schema is None:
        return None
    schema = resolved(schema)
    if isinstance(step, int):
        items: dict[str, Any] | None = schema.get("items")
        return items
    field = schema.get("properties", {}).get(step)
    if field is None and isinstance(schema.get("additionalProperties"), dict):
        field = schema["additionalProperties"]
    found: dict[str, Any] | None = field
    return found


def schema_at(api_version: str, kind: str, path: Iterable[str | int]) -> Schema:
    """The schema of the value at `path` of an object, unresolved."""
    schema = schema_of(api_version, kind)
    for step in path:
        schema = below(schema, step)
    return schema


def struct_name(name: str) -> str:
    """The short name of a definition, which is that of its Go struct: `StatefulSetSpec`."""
    return name.rsplit(".", 1)[-1]
