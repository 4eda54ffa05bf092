"""What the API server answers when it refuses: a Status with reason, code, message and details.

Texts follow API-2, API-3 and section 4.2 of the protocol card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simk8s.api.objects import Object
from simk8s.api.resources import Resource


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is wrong with an object: the field's path as the API writes it, and what is wrong with it.

    `path` is the same path step by step, to find its place in a manifest; `hint` is ours, the API has none.
    """

    field: str
    message: str
    reason: str = "FieldValueInvalid"
    path: tuple[str | int, ...] = ()
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class ApiError(Exception):
    """A refused request. `reason` and `code` are those of the HTTP API: NotFound 404, Conflict 409, Invalid 422."""

    def __init__(self, reason: str, code: int, message: str, details: Object | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.code = code
        self.message = message
        self.details: Object = details or {}
        self.causes: Sequence[Cause] = ()

    @property
    def status(self) -> Object:
        """The error as the API sends it."""
        return {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "reason": self.reason,
            "code": self.code,
            "message": self.message,
            "details": self.details,
        }


def not_found(resource: Resource, name: str) -> ApiError:
    return ApiError("NotFound", 404, f'{resource.qualified} "{name}" not found', _details(resource, name))


def already_exists(resource: Resource, name: str) -> ApiError:
    message = f'{resource.qualified} "{name}" already exists'
    return ApiError("AlreadyExists", 409, message, _details(resource, name))


def conflict(resource: Resource, name: str, why: str = "") -> ApiError:
    why = why or (
        "the object has been modified; please apply your changes to the latest version and try again"  # API-2
    )
    message = f'Operation cannot be fulfilled on {resource.qualified} "{name}": {why}'
    return ApiError("Conflict", 409, message, _details(resource, name))


def invalid(resource: Resource, name: str, causes: Sequence[Cause]) -> ApiError:
    """422. The message names the kind with its group, kubectl rebuilds it from the details."""
    kind = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    texts = [str(cause) for cause in causes]
    what = texts[0] if len(texts) == 1 else "[" + ", ".join(texts) + "]"
    details: Object = {"name": name, "kind": resource.kind}
    if resource.group:
        details["group"] = resource.group
    details["causes"] = [{"reason": c.reason, "message": c.message, "field": c.field} for c in causes]
    error = ApiError("Invalid", 422, f'{kind} "{name}" is invalid: {what}', details)
    error.causes = causes
    return error


def forbidden(resource: Resource, name: str, why: str) -> ApiError:
    message = f'{resource.qualified} "{name}" is forbidden: {why}'
    return ApiError("Forbidden", 403, message, _details(resource, name))


def bad_request(message: str, causes: Sequence[Cause] = ()) -> ApiError:
    error = ApiError("BadRequest", 400, message)
    error.causes = causes
    return error


def too_many_requests(message: str) -> ApiError:
    return ApiError("TooManyRequests", 429, message)


def _details(resource: Resource, name: str) -> Object:
    details: Object = {"name": name, "kind": resource.plural}
    if resource.group:
        details["group"] = resource.group
    return details
