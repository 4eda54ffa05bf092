"""Whether an object has the shape of its kind: no unknown fields, the right types, nothing required missing.

The server refuses the first two while it decodes (400 BadRequest, strict decoding), the third afterwards (422 Invalid).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from simk8s.api import quantity
from simk8s.api.errors import ApiError, Cause, bad_request
from simk8s.api.objects import Object
from simk8s.api.resources import Resource
from simk8s.api.schema import below, definitions, reference, resolved, root, struct_name
from simk8s.api.validation.field import Path, required, text

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError


def structure(obj: Object, resource: Resource) -> tuple[list[Cause], list[Cause], list[Cause]]:
    """What is wrong with the shape: fields of a wrong type, unknown fields, required fields that are missing.

    Custom resources have any shape.
    """
    name = root(resource.api_version, resource.kind)
    wrong: list[Cause] = []
    unknown: list[Cause] = []
    missing: list[Cause] = []
    if name is None:
        return wrong, unknown, missing
    for error in _validator(name).iter_errors(obj):
        path: Path = tuple(error.absolute_path)
        match error.validator:
            case "additionalProperties":
                unknown += _unknown(error, path)
            case "required":
                fields: Any = error.validator_value
                instance: Any = error.instance
                missing += [required((*path, field)) for field in fields if field not in instance]
            case "type":
                wrong.append(_wrong_type(name, error.instance, path))
            case _:
                wrong.append(_wrong_value(error, path))
    return wrong, sorted(unknown, key=lambda cause: cause.field), list(dict.fromkeys(missing))


def refuse_undecodable(wrong: list[Cause], unknown: list[Cause], resource: Resource) -> ApiError | None:
    """The 400 for what cannot be decoded. A wrong type hides unknown fields, as the server stops at it."""
    if wrong:
        what, causes = wrong[0].message, wrong
    elif unknown:
        what, causes = "strict decoding error: " + ", ".join(cause.message for cause in unknown), unknown
    else:
        return None
    kind = resource.kind
    return bad_request(f'{kind} in version "{resource.version}" cannot be handled as a {kind}: {what}', causes)


@lru_cache(maxsize=64)
def _validator(name: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator, FormatChecker

    checker = FormatChecker(formats=())

    @checker.checks("quantity", ValueError)
    def is_quantity(value: Any) -> bool:
        return value is None or isinstance(value, bool) or quantity.parse(value) is not None

    schema = {"$defs": definitions(), "$ref": f"#/$defs/{name}"}
    return Draft202012Validator(schema, format_checker=checker)


def _unknown(error: ValidationError, path: Path) -> Iterator[Cause]:
    schema: Any = error.schema
    instance: Any = error.instance
    known = list(schema["properties"])
    for field in instance:
        if field not in known:
            near = difflib.get_close_matches(field, known, 1, 0.6)
            hint = f'did you mean "{near[0]}"?' if near else _moved_hint(field)
            here = (*path, field)
            yield Cause(text(here), f'unknown field "{text(here)}"', "FieldUnknown", here, hint)


_PLACES = {
    "containers": "`containers:` belongs below spec (of a Pod) or spec.template.spec",
    "replicas": "`replicas:` belongs below spec",
    "selector": "`selector:` belongs below spec",
    "template": "`template:` belongs below spec",
    "image": "`image:` belongs to an entry of `containers:`",
    "volumeMounts": "`volumeMounts:` belongs to a container, `volumes:` to the Pod",
    "volumes": "`volumes:` belongs below the Pod's spec, not to a container",
    "livenessProbe": "a probe belongs to a container",
    "readinessProbe": "a probe belongs to a container",
}


def _moved_hint(field: str) -> str:
    return _PLACES.get(field, "check the indentation, and the spelling with `kubectl explain`")


def _wrong_type(root_name: str, value: Any, path: Path) -> Cause:
    """Go's words for a value of the wrong type, with the struct that has the field."""
    schema: dict[str, Any] | None = {"$ref": f"#/$defs/{root_name}"}
    struct = struct_name(root_name)
    for index, step in enumerate(path):
        assert schema is not None
        if index and (inner := reference(schema)):
            struct = struct_name(inner)
        schema = below(schema, step)
    fields = ".".join(str(step) for step in path if not isinstance(step, int))
    message = (
        f"json: cannot unmarshal {_json_type(value)} into Go struct field {struct}.{fields} of type {go_type(schema)}"
    )
    return Cause(text(path), message, "FieldValueTypeInvalid", path, _type_hint(value, schema))


def _json_type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object" if isinstance(value, dict) else "null"


def go_type(schema: dict[str, Any] | None) -> str:
    """The Go type of a value with that schema: `int32`, `[]v1.Container`."""
    if schema is None:
        return "string"
    name = reference(schema)
    if name:
        package = name.split(".")[-2]
        return {"Quantity": "resource.Quantity", "IntOrString": "intstr.IntOrString"}.get(
            struct_name(name), f"{package}.{struct_name(name)}"
        )
    types = schema.get("type", "string")
    kind = next(word for word in ([types] if isinstance(types, str) else types) if word != "null")
    match kind:
        case "array":
            return f"[]{go_type(schema['items'])}"
        case "object":
            values = schema.get("additionalProperties")
            return f"map[string]{go_type(values)}" if isinstance(values, dict) else "map[string]interface {}"
        case "integer":
            return str(schema.get("format", "int64"))
        case "number":
            return "float64"
        case "boolean":
            return "bool"
    return "string"


def _type_hint(value: Any, schema: dict[str, Any] | None) -> str:
    types = resolved(schema).get("type", []) if schema else []
    if "string" in types and isinstance(value, bool | int | float):
        return "put the value in quotes; without them YAML reads a number or a boolean"
    if "integer" in types and isinstance(value, str):
        return "write the number without quotes"
    if "array" in types:
        return "a list is wanted: begin each entry with `- `"
    return ""


def _wrong_value(error: ValidationError, path: Path) -> Cause:
    if error.validator == "format":
        return Cause(
            text(path),
            quantity.INVALID,
            "FieldValueInvalid",
            path,
            f"{error.instance!r} is not a quantity such as 500m, 1Gi or 0.5",
        )
    return Cause(text(path), error.message, "FieldValueInvalid", path)
