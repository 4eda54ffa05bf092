"""A PATCH request as the server takes it: the patch, then the check that an object of its kind came out of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from simk8s.api.admission import without_nulls
from simk8s.api.defaults import defaulted
from simk8s.api.errors import ApiError, Cause, bad_request, invalid
from simk8s.api.objects import Object, dig
from simk8s.api.patch import Patch
from simk8s.api.patch.strategic import go_text
from simk8s.api.resources import Resource
from simk8s.api.schema import schema_at
from simk8s.api.validation import validate
from simk8s.api.validation.structure import go_type, structure


def requested(
    patch: Patch, resource: Resource, warn: Callable[[str], None] | None = None
) -> Callable[[Object], Object]:
    """What `Store.patch` is to do with the latest version.

    Fields that the kind does not have are refused; with `warn` they are dropped, and told there. Raises ApiError.
    """
    if patch.type != "json" and not isinstance(patch.body, dict):
        raise bad_request(
            f"json: cannot unmarshal {_json_kind(patch.body)} into Go value of type map[string]interface {{}}"
        )

    def change(latest: Object) -> Object:
        new = patch.of(latest, resource)
        wrong, unknown, missing = structure(new, resource)
        if wrong:
            raise _unreadable(patch, new, resource, _conversion(new, resource, wrong[0]))
        if unknown and warn is None:
            raise _unreadable(patch, new, resource, "strict decoding error: " + ", ".join(c.message for c in unknown))
        for cause in unknown:
            new = _without(new, cause.path)
            if warn is not None:
                warn(cause.message)
        if missing:
            causes = validate(defaulted(new), resource)
            told = {cause.field for cause in causes}
            causes += [cause for cause in missing if cause.field not in told]
            raise invalid(resource, new["metadata"]["name"], causes)
        result: Object = without_nulls(new)
        return result

    return change


def _unreadable(patch: Patch, new: Object, resource: Resource, why: str) -> ApiError:
    """422 about the patch as a whole. Of a strategic merge patch Go prints the patch, of the others the result."""
    if patch.type == "strategic":
        value = go_text(patch.body)
    else:
        value = json.dumps(new, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        why = f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}: {why}'
    message = f"Invalid value: {json.dumps(value, ensure_ascii=False)}: {why}"
    error = ApiError("Invalid", 422, f' "" is invalid: patch: {message}')
    error.causes = [Cause("patch", message)]
    error.details = {"causes": [{"reason": "FieldValueInvalid", "message": message, "field": "patch"}]}
    return error


def _conversion(new: Object, resource: Resource, cause: Cause) -> str:
    """Go's words where a value does not fit its field and no JSON is read any more."""
    value = dig(new, *cause.path)
    wanted = go_type(schema_at(resource.api_version, resource.kind, cause.path))
    if isinstance(value, list | dict):
        kind = "slice" if isinstance(value, list) else "map"
        return f"cannot restore {'struct' if '.' in wanted else wanted} from: {kind}"
    if wanted.startswith(("[", "map", "v1.")):
        target = "slice" if wanted.startswith("[") else "map" if wanted.startswith("map") else "struct"
        return f"cannot restore {target} from: {_go_kind(value)}"
    if isinstance(value, int | float) and not isinstance(value, bool) and wanted == "string":
        return f"cannot convert {_go_kind(value)} to string"
    return f"unrecognized type: {wanted}"


def _go_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return "int64" if isinstance(value, int) else "float64" if isinstance(value, float) else "string"


def _json_kind(value: Any) -> str:
    return {list: "array", str: "string", bool: "bool", type(None): "null"}.get(type(value), "number")


def _without(value: Any, path: tuple[str | int, ...]) -> Any:
    """A copy without the value at `path`."""
    first, rest = path[0], path[1:]
    if isinstance(value, list):
        assert isinstance(first, int)
        return [*value[:first], _without(value[first], rest), *value[first + 1 :]]
    if not rest:
        return {field: entry for field, entry in value.items() if field != first}
    return {**value, first: _without(value[first], rest)}
