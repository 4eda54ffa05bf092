"""A server that cannot start."""

from __future__ import annotations

from simk8s.mysql.step import Log, Steps


class StartFailure(Exception):
    """mysqld has said why in its error log and ends with this exit status."""

    def __init__(self, status: int = 1) -> None:
        super().__init__(f"exit status {status}")
        self.status = status


def abort(*lines: str, status: int = 1) -> Steps[None]:
    """Log errors, then `Aborting`, and end. Raises StartFailure."""
    for line in lines:
        yield Log("ERROR", line)
    yield Log("ERROR", "Aborting")
    raise StartFailure(status)


def abort_storage(*lines: str) -> Steps[None]:
    """End because InnoDB cannot start. Raises StartFailure."""
    for line in lines:
        yield Log("ERROR", f"InnoDB: {line}")
    yield from abort(
        "Plugin 'InnoDB' init function returned error.",
        "Plugin 'InnoDB' registration as a STORAGE ENGINE failed.",
        "Failed to initialize builtin plugins.",
    )
