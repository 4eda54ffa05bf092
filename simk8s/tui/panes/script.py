"""The script of the container in focus: which line runs, which have run, variables, and what `set -x` printed."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.tui.language import _
from simk8s.tui.row import Row, Span, fitted, row
from simk8s.tui.view import View
from simk8s.world.listing import Listing, ListingLine

TRACE_LINES = 6
PROGRAM_WIDTH = 40


def script_rows(view: View) -> list[Row]:
    """The listing, and below it the variables and the trace."""
    shown = view.listing
    if not view.machine:
        return [row((_("Choose a container, to see its script."), "quiet"))]
    if not shown.lines:
        return [row((_nothing(view, shown), "quiet"))]
    head = row((shown.machine, "strong"), (f"  {shown.file.rpartition('/')[2]}  {_state(shown)}", "quiet"))
    rows = [head, *(_line(view, shown, line) for line in shown.lines)]
    rows += _variables(shown)
    rows += _trace(view)
    return rows


def _nothing(view: View, shown: Listing) -> str:
    if view.run.index.attempt(shown.machine, view.seq) is None:
        return _("This container has not been started yet.")
    return _("This container's main process is no script.")


def _state(shown: Listing) -> str:
    if shown.program:
        return _("has become: {program}").format(program=fitted(shown.program, PROGRAM_WIDTH).rstrip())
    if shown.process:
        return _("process {number}").format(number=shown.process.rpartition("[")[2].rstrip("]"))
    return _("has ended") if any(line.times for line in shown.lines) else ""


def _line(view: View, shown: Listing, line: ListingLine) -> Row:
    place = f"{shown.file}:{line.at}" if line.at else ""
    stop = ("●", "bad") if place and place in view.breakpoints else (" ", "plain")
    marks: dict[str, Span] = {"running": ("▶", "run"), "ran": ("·", "quiet"), "ahead": (" ", "plain")}
    role = {"running": "run", "ran": "quiet", "ahead": "plain"}[line.state]
    times = f" ×{line.times}" if line.times > 1 else ""
    return row(
        (stop[0], "bad"),
        _gutter(view, line),
        (f"{line.at or line.number:>4} ", "quiet"),
        marks[line.state],
        (f" {line.text}", role),  # type: ignore[arg-type]
        (times, "mark"),
        (_verdict(view, line), "bad"),
        key=place or f"line {line.number}",
        is_now=line.state == "running",
        hang=9,
    )


def _gutter(view: View, line: ListingLine) -> Span:
    """What a check found of crashes at this line: `✗` a hole, `✓` tried and survived."""
    if view.check is None:
        return "", "plain"
    return view.check.mark(view.listing.file, line.at)


def _verdict(view: View, line: ListingLine) -> str:
    """The worst that became of a crash at this line, in the words of the check."""
    found = view.check.verdict(view.listing.file, line.at) if view.check is not None else ""
    return f"  ← {found}" if found not in ("", "ok") else ""


def _variables(shown: Listing) -> Iterator[Row]:
    if shown.variables:
        yield row("")
        yield row((_("variables"), "strong"))
        for name, value in sorted(shown.variables.items()):
            said = value if isinstance(value, str) else " ".join(f"[{key}]={one!r}" for key, one in value.items())
            yield row("  ", (name, "mark"), f" = {said}", key=f"variable {name}", hang=4)


def _trace(view: View) -> Iterator[Row]:
    """The last lines that `set -x` wrote."""
    machine = view.machine
    attempt = view.run.index.attempt(machine, view.seq)
    if attempt is None:
        return
    printed = view.run.index.log(machine, view.seq, since=attempt.seq)
    traced = [record for record in printed if str(record.detail.get("text", "")).startswith("+")]
    if traced:
        yield row("")
        yield row((_("what set -x printed"), "strong"))
    for record in traced[-TRACE_LINES:]:
        for text in str(record.detail["text"]).rstrip("\n").split("\n"):
            yield row((f"{record.time:8.2f} ", "quiet"), text, key=f"trace {record.seq}", seq=record.seq, hang=9)
