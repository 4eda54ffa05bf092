"""When a fault strikes: frozen data, named as in a scenario file."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec


class Moment(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """A place in a run."""

    def as_plain(self) -> dict[str, Any]:
        """`{"command": {"pod": ..., "container": ..., "index": 3}}`"""
        return {name_of(type(self)): msgspec.to_builtins(self)}


class AtCommand(Moment, frozen=True, kw_only=True):
    """Right before the `index`-th simple command of a container's main shell, or inside of it.

    Counted from 1 as bash's DEBUG trap counts, in functions too. `subshell` counts from 1 what the subshells of that
    command run. `where` is `before`, or the name of a sub-step (see `point.py`). `start` counts the container's starts
    from 1, over all Pods that have had the name.
    """

    pod: str
    container: str
    index: int
    subshell: int = 0
    where: str = "before"
    start: int = 1
    namespace: str = "default"


class AtLine(Moment, frozen=True, kw_only=True):
    """As AtCommand, at a line of the file that the script stands in; `time` 2 is the second command that runs there."""

    pod: str
    container: str
    line: int
    where: str = "before"
    time: int = 1
    start: int = 1
    namespace: str = "default"


class AtTime(Moment, frozen=True, kw_only=True):
    """At a virtual time in seconds; at once where that is over."""

    seconds: float


class When(Moment, frozen=True, kw_only=True):
    """When a condition such as `pod/mysql-0 Ready` is true for the first time, and `then_seconds` after that."""

    condition: str
    then_seconds: float = 0.0


AnyMoment: TypeAlias = AtCommand | AtLine | AtTime | When

MOMENTS: dict[str, type[Moment]] = {"command": AtCommand, "line": AtLine, "time": AtTime, "when": When}
"""Every kind of moment by its name in a scenario."""


def name_of(kind: type[Moment]) -> str:
    return next(name for name, known in MOMENTS.items() if known is kind)
