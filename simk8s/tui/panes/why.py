"""Why: the causal chain to the state in focus, the newest link first; each link is a jump."""

from __future__ import annotations

from simk8s.api.objects import dig
from simk8s.causes import Chain, Link
from simk8s.sim import Record
from simk8s.tui.language import _
from simk8s.tui.row import Row, fitted, row
from simk8s.tui.run import Run
from simk8s.tui.telling import told
from simk8s.tui.view import View

ACTOR = 24


def why_rows(view: View) -> list[Row]:
    """The chain to the last thing that became of the subject, up to the moment in focus."""
    seq = state_in_focus(view)
    if seq is None:
        return [row((_("Nothing has become of this yet."), "quiet"))]
    chain = view.run.chain(seq, view.focus.subject.title)
    rows = [
        row(
            (_("Why {what} is as it is").format(what=view.focus.subject.title), "strong"),
            ("  " + _("{seconds:.2f} s from the first cause").format(seconds=chain.seconds), "quiet"),
        )
    ]
    rows += _links(chain)
    return rows


def _links(chain: Chain) -> list[Row]:
    rows = []
    for number, link in enumerate(chain.links[::-1]):
        rows.append(_link(link, "└" if number == len(chain.links) - 1 else "├", is_now=number == 0))
        if link.place:
            rows.append(
                row((" " * 11 + "│ ", "quiet"), (link.place, "mark"), key=f"{link.seqs} place", seq=link.seqs[0])
            )
        for need in link.needs:
            last = need.links[-1]
            slack = _("needed too, there {seconds:.2f} s before").format(seconds=need.slack)
            rows.append(
                row(
                    (" " * 11 + "│   ", "quiet"),
                    (f"({slack}) ", "quiet"),
                    f"{last.actor}: {told(last.text)}",
                    key=f"{last.seqs} need",
                    seq=last.seqs[1],
                    hang=15,
                )
            )
    return rows


def _link(link: Link, corner: str, *, is_now: bool) -> Row:
    took = f"{link.seconds:7.2f} s"
    return row(
        (f"{link.end:9.2f} ", "quiet"),
        (f" {corner} ", "mark"),
        (fitted(link.actor, ACTOR), "strong"),
        (took, "bad" if link.seconds > 10 else "plain"),
        f"  {told(link.text)}",
        key=str(link.seqs),
        seq=link.seqs[1],
        is_now=is_now,
        hang=13,
    )


def state_in_focus(view: View) -> int | None:
    """The record that made the subject what it is: its object's last change, or its container's last start or end."""
    run, subject = view.run, view.focus.subject
    if subject.container:
        verbs = ("container.create", "process.exit", "command")
        return _last(run, view.seq, lambda record: record.actor == subject.machine and record.verb in verbs) or _last(
            run, view.seq, lambda record: record.object == f"{subject.key}/{subject.container}"
        )
    if subject.kind == "Node":
        return _last(run, view.seq, lambda record: record.object in (subject.key, subject.name))
    return _last(run, view.seq, lambda record: record.object == subject.key and _is_telling(record))


def _is_telling(record: Record) -> bool:
    """Not a mere detail of the status: creation, deletion, or a condition or phase that changed."""
    patch = dig(record.detail, "patch", default=None)
    return patch is None or any("/status" in step["path"] or "/spec" in step["path"] for step in patch)


def _last(run: Run, seq: int, wanted: object) -> int | None:
    assert callable(wanted)
    return next((n for n in range(min(seq, run.last), -1, -1) if wanted(run.records[n])), None)
