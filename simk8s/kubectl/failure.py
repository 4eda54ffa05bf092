"""How a kubectl command ends badly: what it prints on standard error, and its exit status."""

from __future__ import annotations

from collections.abc import Sequence

from simk8s.api.errors import ApiError
from simk8s.api.manifest import ManifestError
from simk8s.api.resources import NoMatch


class Failure(Exception):
    """kubectl's own error. `message` is printed after `error: `, unless it is `bare`."""

    def __init__(self, message: str, status: int = 1, *, bare: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.bare = bare


class UsageFailure(Failure):
    """A wrong command line."""

    def __init__(self, message: str, command: str) -> None:
        super().__init__(f"{message}\nSee 'kubectl {command} --help' for usage.")


class Failures(Failure):
    """Several things went wrong, one after the other; each is told on lines of its own."""

    def __init__(self, errors: Sequence[Exception]) -> None:
        super().__init__("\n".join(_inner_text(error) for error in errors), bare=True)


def complain(errors: Sequence[Exception]) -> None:
    """Raise the one error, or all of them in one; nothing where there are none."""
    if errors:
        raise errors[0] if len(errors) == 1 else Failures(errors)


def text_of(error: Exception) -> str:
    """What kubectl prints about an error that ends it."""
    if isinstance(error, ApiError) and error.reason == "Invalid":
        return _invalid_text(error)
    if isinstance(error, Failure) and error.bare:
        return error.message
    text = _inner_text(error)
    return text if isinstance(error, ApiError) else f"error: {text}"


def _inner_text(error: Exception) -> str:
    """What is said of an error that is one of several: without `error: `."""
    if isinstance(error, ApiError):
        return f"Error from server{f' ({error.reason})' if error.reason else ''}: {error.message}"
    if isinstance(error, ManifestError):
        return error.kubectl
    if isinstance(error, Failure):
        return error.message
    return str(error)


def _invalid_text(error: ApiError) -> str:
    """`The StatefulSet "x" is invalid: FIELD: WHY`, with several causes as a list."""
    causes = [str(cause) for cause in error.causes]
    details = error.details
    head = "The request is invalid"
    if details.get("kind") or details.get("name"):
        head = f'The {details.get("kind", "")} "{details.get("name", "")}" is invalid'
    elif not causes:
        return f"{head}: {error.message}"
    if not causes:
        return head
    if len(causes) == 1:
        return f"{head}: {causes[0]}"
    return "\n".join([f"{head}: ", *(f"* {cause}" for cause in causes)])


def with_source(error: ApiError, verb: str, source: str) -> ApiError:
    """The server's error with the file it is about. Of an invalid object kubectl tells the causes only."""
    message = f'error when {verb} "{source}": {error.message}'
    copy = ApiError(error.reason, error.code, message, error.details)
    copy.causes = error.causes
    return copy


KNOWN = (ApiError, NoMatch, ManifestError, Failure)
"""What a command may raise; anything else is a defect."""
