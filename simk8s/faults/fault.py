"""A fault: what goes wrong, and when. Plain data, so it can be named in a scenario, saved with a run and replayed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from simk8s.errors import Place, SimError
from simk8s.faults.act import ACTS, AnyAct
from simk8s.faults.moment import MOMENTS, AnyMoment

_SHORT = {"powerOff": "node", "powerOn": "node"}


class Fault(msgspec.Struct, frozen=True):
    """`do` happens `at` that moment; without one, as soon as it is injected.

    >>> from simk8s.faults import AtCommand, Fault, Kill
    >>> fault = Fault(Kill(pod="web-0", container="main"), AtCommand(pod="web-0", container="main", index=3))
    >>> print(fault)
    kill web-0/main before command 3 of web-0/main
    >>> Fault.from_plain(fault.as_plain()) == fault
    True
    """

    do: AnyAct
    at: AnyMoment | None = None

    def as_plain(self) -> dict[str, Any]:
        """What stands in a scenario file after `fault:`."""
        return {**self.do.as_plain(), **({"at": self.at.as_plain()} if self.at else {})}

    @classmethod
    def from_plain(cls, said: Mapping[str, Any], *, place: Place | None = None) -> Fault:
        """The fault that `as_plain` wrote, or a person. Raises SimError SK517 with what is wrong in it."""
        names = [name for name in said if name != "at"]
        if len(names) != 1:
            raise _bad(f"a fault names one thing that goes wrong, not {len(names)}", place)
        moment = said.get("at")
        if moment is not None and (not isinstance(moment, Mapping) or len(moment) != 1):
            raise _bad("`at` names one moment", place)
        return cls(
            _read(names[0], said[names[0]], ACTS, "fault", place),
            next((_read(name, value, MOMENTS, "moment", place) for name, value in (moment or {}).items()), None),
        )

    def __str__(self) -> str:
        said = self.as_plain()
        moment = said.pop("at", None)
        ((name, fields),) = said.items()
        return f"{name} {_target(fields)}{_when(moment)}"


def _read(name: str, value: Any, kinds: Mapping[str, Any], what: str, place: Place | None) -> Any:
    kind = kinds.get(name)
    if kind is None:
        raise _bad(f"there is no {what} {name!r}; these exist: {', '.join(kinds)}", place)
    if name in _SHORT and isinstance(value, str):
        value = {_SHORT[name]: value}
    if name == "time" and isinstance(value, int | float):
        value = {"seconds": value}
    if name == "when" and isinstance(value, str):
        value = {"condition": value}
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _bad(f"in the {what} {name!r}: {error}", place) from error


def _bad(text: str, place: Place | None) -> SimError:
    return SimError("SK517", text, place=place, hint="docs/faults.md lists what can go wrong, and when")


def _target(fields: Mapping[str, Any]) -> str:
    rest = dict(fields)
    rest.pop("namespace", None)
    where = [str(rest.pop(key)) for key in ("node", "pod", "container", "claim", "image") if key in rest]
    return " ".join(["/".join(where), *(f"{key}={value}" for key, value in rest.items())]).strip()


def _when(moment: dict[str, Any] | None) -> str:
    match moment:
        case {"command": {"index": index, **fields}}:
            inner = fields.get("subshell")
            what = f"command {inner} in a subshell of command {index}" if inner else f"command {index}"
        case {"line": {"line": line, **fields}}:
            what = f"line {line}"
        case {"time": {"seconds": seconds}}:
            return f" at {seconds:g} s"
        case {"when": {"condition": condition, **fields}}:
            later = fields.get("thenSeconds")
            return f" when {condition}" + (f" and {later:g} s later" if later else "")
        case _:
            return ""
    where = fields.get("where", "before")
    start = f", start {fields['start']}" if "start" in fields else ""
    return f" {'before' if where == 'before' else f'at {where!r} of'} {what} of {_target(_owner(fields))}{start}"


def _owner(fields: Mapping[Any, Any]) -> dict[str, Any]:
    return {key: fields[key] for key in ("pod", "container")}
