"""The hooks that a store asks about each write: complete it, then refuse what is not valid."""

from __future__ import annotations

from simk8s.api.defaults import defaulted
from simk8s.api.errors import invalid
from simk8s.api.store import Store, Write
from simk8s.api.validation import validate, validate_update


def install(store: Store) -> None:
    """Let `store` fill in defaults and validate. Hooks that complete objects by cluster state go in between."""
    store.admission.insert(0, complete)
    store.admission.append(check)


def complete(write: Write) -> None:
    """Defaults."""
    if write.operation != "DELETE":
        write.new = defaulted(write.new)


def check(write: Write) -> None:
    """Validation. Raises ApiError 422 with every cause."""
    if write.operation == "DELETE":
        return
    if write.operation == "CREATE":
        causes = validate(write.new, write.resource)
    else:
        assert write.old is not None
        causes = validate_update(write.new, write.old, write.resource)
    if causes:
        raise invalid(write.resource, write.new["metadata"]["name"], causes)
