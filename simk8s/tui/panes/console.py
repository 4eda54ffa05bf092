"""What kubectl printed: command after command, with the moment that each was at."""

from __future__ import annotations

from dataclasses import dataclass

from simk8s.cluster import Printed
from simk8s.tui.language import _
from simk8s.tui.row import Row, row
from simk8s.tui.view import View


@dataclass(frozen=True, slots=True)
class Printout:
    """A command, the virtual second it was given at, and what it printed."""

    command: str
    time: float
    printed: Printed


def console_rows(view: View) -> list[Row]:
    """The newest command last."""
    rows: list[Row] = []
    for number, entry in enumerate(view.printed):
        is_last = number == len(view.printed) - 1
        rows.append(
            row((f"{entry.time:8.2f} ", "quiet"), (f"$ {entry.command}", "strong"), key=f"{number}", is_now=is_last)
        )
        rows += [row(line, key=f"{number} {place}") for place, line in enumerate(entry.printed.stdout.splitlines())]
        rows += [row((line, "bad"), key=f"{number}! {line}") for line in entry.printed.stderr.splitlines()]
        if entry.printed.status:
            rows.append(row((_("exit status {status}").format(status=entry.printed.status), "bad")))
    return rows or [row((_("Nothing was asked yet."), "quiet"))]
