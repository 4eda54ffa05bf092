"""The help: what a pane shows, how to read its marks, and every key."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.tui.command import COMMANDS, LESSON_COMMANDS
from simk8s.tui.language import N_, _
from simk8s.tui.row import Row, fitted, row

ABOUT = {
    "cluster": N_(
        "Nodes, then Pods by ordinal: READY, STATUS and node as in kubectl, init containers as a row of steps, "
        "containers, claims. The cursor chooses what all panes follow; Enter on a container shows its script."
    ),
    "script": N_(
        "The script of the container in focus with the manifest's line numbers. ▶ is the line that runs, · lines have "
        "run, × counts how often. Below: variables, and what set -x printed. b: a breakpoint (●). x: break at the line."
    ),
    "timeline": N_(
        "A lane for each Pod, a slice for each attempt of a container: ▂ not ready, ▆ ready, digits are init steps, ✗ "
        "ended badly. ◆ ready, ◇ no longer, ! failed probe, ↻ restart, ⚡ fault. Drag the cursor; [ ] change the scale."
    ),
    "files": N_(
        "The volumes of the Pod in focus. + has just appeared, ~ has just changed, ✗ was burnt: removed, or → renamed. "
        "Enter opens a file or a folded directory; of a burnt file it shows what it held."
    ),
    "replication": N_(
        "First the copies: ══▶ is done, ──▶ under way. Then replication: the source, its replicas, their two threads, "
        "positions in the source's binary log, and how far they are behind."
    ),
    "names": N_(
        "Services and the addresses behind them: ✓ ready, ✗ not. Behind a headless Service every ready Pod has a name "
        "of its own."
    ),
    "events": N_("The story, a line for everything worth knowing. What is still to come is quiet. Enter goes there."),
    "logs": N_(
        "What containers printed up to this moment; ! is standard error. Enter goes to when a line was printed."
    ),
    "why": N_(
        "What had to happen, the newest first: when it was done, who did it, how long it took. Enter goes there."
    ),
    "console": N_("What kubectl printed, at the moment that was in focus."),
}


def help_rows(kind: str, title: str, *, in_lesson: bool) -> Iterator[Row]:
    """About the pane at hand, then all keys by what they are for."""
    yield row((title, "strong"))
    yield row(_(ABOUT[kind]), key="about")
    group = ""
    for command in (*(LESSON_COMMANDS if in_lesson else ()), *COMMANDS):
        if command.group != group:
            group = command.group
            yield row("")
            yield row((_(group), "strong"))
        yield row((fitted(f" {command.shown}", 12), "mark"), _(command.about), key=command.key, hang=12)
    yield row("")
    yield row((_("In a pane"), "strong"))
    for key, about in (
        ("↑ ↓  j k", _("Move the cursor.")),
        ("Enter", _("Go where the line leads.")),
        ("← →", _("The event before, the event after.")),
        ("1 … 8", _("Show a pane.")),
        ("Tab", _("The next pane.")),
        ("Esc", _("Close what was opened last.")),
        ("Ctrl+P", _("The command palette: everything by its name.")),
    ):
        yield row((fitted(f" {key}", 12), "mark"), about, key=key, hang=12)
