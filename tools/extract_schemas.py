"""Makes `simk8s/api/schema/kubernetes.json` out of the JSON schemas that the PyPI package kubernetes-validate carries.

The package is a large one and is needed for this only, so it stays out of the project's dependencies:

    python -m venv /tmp/schemas && /tmp/schemas/bin/pip install kubernetes-validate
    python tools/extract_schemas.py /tmp/schemas/lib/python3.*/site-packages/kubernetes_validate

Kept: the definitions of the kinds that simk8s serves and of everything they refer to, with names, types, references,
required fields, and the merge keys of strategic patches. Left out: descriptions. Format: JSON Schema 2020-12.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from simk8s.api.resources import BUILT_IN

VERSION = "v1.35.0"
TARGET = Path(__file__).parent.parent / "simk8s" / "api" / "schema" / "kubernetes.json"
KEPT = (
    "$ref",
    "additionalProperties",
    "enum",
    "format",
    "items",
    "properties",
    "required",
    "type",
    "x-kubernetes-patch-merge-key",
    "x-kubernetes-patch-strategy",
)


def main(package: Path) -> None:
    source = package / "kubernetes-json-schema" / f"{VERSION}-local-strict" / "_definitions.json"
    definitions: dict[str, Any] = json.loads(source.read_text())["$defs"]
    roots = {f"{resource.api_version}/{resource.kind}": root(definitions, resource) for resource in BUILT_IN}
    kept: dict[str, Any] = {}
    waiting = sorted(roots.values())
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept[name] = compact(definitions[name])
            waiting += references(kept[name])
    data = {
        "$comment": f"Kubernetes {VERSION} (Apache-2.0), made by tools/extract_schemas.py",
        "kinds": roots,
        "$defs": {name: kept[name] for name in sorted(kept)},
    }
    TARGET.write_text(json.dumps(data, separators=(",", ":"), sort_keys=True) + "\n")


def root(definitions: dict[str, Any], resource: Any) -> str:
    """The definition's name of a kind."""
    wanted = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    return next(n for n, schema in definitions.items() if wanted in schema.get("x-kubernetes-group-version-kind", []))


def compact(schema: Any) -> Any:
    """The schema without prose. A property's own name is never mistaken for a keyword."""
    if not isinstance(schema, dict):
        return schema
    if "oneOf" in schema:  # a Quantity or an IntOrString
        types = sorted({name for option in schema["oneOf"] for name in option["type"]})
        return {"type": types, "format": "quantity"} if "number" in types else {"type": types}
    result: dict[str, Any] = {}
    for keyword in KEPT:
        if keyword not in schema:
            continue
        value = schema[keyword]
        if keyword == "properties":
            result[keyword] = {name: compact(value[name]) for name in value}
        elif keyword in ("items", "additionalProperties"):
            result[keyword] = compact(value)
        else:
            result[keyword] = value
    return result


def references(schema: Any) -> list[str]:
    if isinstance(schema, dict):
        own = [schema["$ref"].removeprefix("#/$defs/")] if isinstance(schema.get("$ref"), str) else []
        return own + [name for value in schema.values() for name in references(value)]
    if isinstance(schema, list):
        return [name for value in schema for name in references(value)]
    return []


if __name__ == "__main__":
    main(Path(sys.argv[1]))
