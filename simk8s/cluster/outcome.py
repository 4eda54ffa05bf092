"""What the façade hands back: how a run ended, what a command printed, what a Pod looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simk8s.api.columns.pod import summary
from simk8s.api.duration import parse
from simk8s.api.objects import Object, dig, name, namespace
from simk8s.cluster.settling import Wait
from simk8s.errors import Place, SimError
from simk8s.render.printed import outcome_html, printed_html


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `reached` tells whether it came to what it ran for; `waits` what is wanted and not there.

    `logs` has the last lines of the containers that a wait is about, by `pod/container`.
    """

    until: str
    reached: bool
    time_seconds: float
    waits: tuple[Wait, ...] = ()
    logs: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        if self.reached:
            return f"{self.until} after {self.time_seconds:.1f}s"
        lines = [f"not {self.until} after {self.time_seconds:.1f}s of virtual time"]
        lines += [str(wait) for wait in self.waits]
        for container, text in self.logs:
            lines.append(f"the end of the log of {container}:")
            lines += [f"  {line}" for line in text.splitlines()]
        return "\n".join(lines)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return outcome_html(str(self), self.reached)


@dataclass(frozen=True, slots=True)
class Printed:
    """What a command printed, and its exit status."""

    stdout: str
    stderr: str
    status: int

    @property
    def text(self) -> str:
        """Everything: errors after output."""
        return self.stdout + self.stderr

    def __str__(self) -> str:
        return self.text

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(self.text.rstrip("\n"))

    def _repr_html_(self) -> str:
        return printed_html(self.stdout, self.stderr, self.status)


@dataclass(frozen=True, slots=True)
class PodRow:
    """A Pod as `kubectl get pods -o wide` shows it. `ready` is `2/2`; node and ip are empty while there is none."""

    namespace: str
    name: str
    ready: str
    status: str
    restarts: int
    node: str
    ip: str


def row(pod: Object) -> PodRow:
    said = summary(pod)
    return PodRow(
        namespace(pod),
        name(pod),
        said.ready_text,
        said.status,
        said.restarts,
        dig(pod, "spec", "nodeName", default=""),
        dig(pod, "status", "podIP", default=""),
    )


def seconds_of(text: str, place: Place | None = None) -> float:
    """`90`, `90s`, `1m30s` in seconds. Raises SimError SK503."""
    try:
        seconds = float(text) if text.replace(".", "", 1).isdigit() else parse(text)
    except ValueError as error:
        raise SimError("SK503", f"{text!r} is not a length of time", place=place, hint="as in 90, 90s, 5m") from error
    if seconds <= 0:
        raise SimError("SK503", f"{text!r} is no time at all", place=place, hint="as in 90, 90s, 5m")
    return seconds
