"""The page that `describe` writes: indented lines with tabs, set in columns at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simk8s.api.duration import age, parse_timestamp
from simk8s.api.objects import Object, annotations_of, controller_of, is_terminating, labels, metadata, name, namespace
from simk8s.api.store import Store
from simk8s.kubectl.apply import LAST_APPLIED
from simk8s.kubectl.tabs import aligned

NONE = "<none>"
UNSET = "<unset>"
_LONG = 140


@dataclass(slots=True)
class Page:
    """Collects the lines about one object; `store` is for what belongs to it, `now` for ages."""

    store: Store
    now: datetime
    parts: list[str] = field(default_factory=list)

    def line(self, text: str, level: int = 0) -> None:
        """A line; `level` counts steps of two spaces."""
        self.parts.append("  " * level + text + "\n")

    def field(self, label: str, value: Any, level: int = 0) -> None:
        """`label: value` in two columns."""
        self.line(f"{label}:\t{value}", level)

    def mapping(self, label: str, values: Mapping[str, str] | None, indent: str = "") -> None:
        """Labels, one a line, sorted."""
        shown = [f"{key}={values[key]}" for key in sorted(values)] if values else []
        self.column(label, shown, indent)

    def column(self, label: str, values: list[str], indent: str = "") -> None:
        """Several values below each other; `<none>` where there are none."""
        for index, value in enumerate(values or [NONE]):
            self.parts.append(f"{indent}{label}:\t{value}\n" if index == 0 else f"{indent}\t{value}\n")

    def annotations(self, label: str, values: Mapping[str, str] | None) -> None:
        """As labels, but long ones get lines of their own; what `apply` notes for itself is left out."""
        shown = []
        for key in sorted(values or {}):
            value = (values or {})[key].removesuffix("\n")
            if key == LAST_APPLIED:
                continue
            if len(value) + len(key) + 2 > _LONG or "\n" in value:
                shown.append(f"{key}:")
                shown += [f"  {_shortened(line)}" for line in value.split("\n")]
            else:
                shown.append(f"{key}: {value}")
        self.column(label, shown)

    def text(self) -> str:
        return aligned("".join(self.parts))

    def head(self, obj: Object, *, with_namespace: bool = True) -> None:
        """Name and namespace, as nearly every page begins."""
        self.field("Name", name(obj))
        if with_namespace:
            self.field("Namespace", namespace(obj))

    def tags(self, obj: Object) -> None:
        """Labels and annotations."""
        self.mapping("Labels", labels(obj))
        self.annotations("Annotations", annotations_of(obj))

    def status(self, obj: Object, phase: str) -> None:
        """The phase, or since when the object has been going away."""
        if is_terminating(obj):
            self.field("Status", f"Terminating (lasts {age(metadata(obj)['deletionTimestamp'], self.now)})")
        else:
            self.field("Status", phase)


def flat(values: Mapping[str, str]) -> str:
    """Labels or parameters on one line."""
    return ",".join(f"{key}={values[key]}" for key in sorted(values)) or NONE


def _shortened(text: str) -> str:
    limit = _LONG - 2
    return text[:limit] + "..." if len(text) > limit else text


def time_text(timestamp: str | None) -> str:
    """`Mon, 01 Jan 2024 00:00:10 +0000`."""
    if not timestamp:
        return "Mon, 01 Jan 0001 00:00:00 +0000"
    moment = parse_timestamp(timestamp)
    return f"{_DAYS[moment.weekday()]}, {moment.day:02} {_MONTHS[moment.month - 1]} {moment:%Y %H:%M:%S} +0000"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def controller_text(obj: Object) -> str:
    owner = controller_of(obj)
    return f"{owner['kind']}/{owner['name']}" if owner else ""
