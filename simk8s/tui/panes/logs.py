"""What the container in focus has printed, with the moment of each line; what it is still to print is not there yet."""

from __future__ import annotations

from simk8s.tui.language import _
from simk8s.tui.row import Row, row
from simk8s.tui.view import View


def log_rows(view: View) -> list[Row]:
    """The log of the container in focus, of all its attempts; of a Pod those of its containers one after the other."""
    subject = view.focus.subject
    machines = [subject.machine] if subject.container else _machines(view)
    rows: list[Row] = []
    for machine in machines:
        attempt = view.run.index.attempt(machine, view.seq)
        if len(machines) > 1:
            rows.append(row((machine, "strong"), key=machine))
        for record in view.run.index.log(machine, view.seq):
            is_old = attempt is not None and record.seq < attempt.seq
            is_error = record.detail.get("stream") == "stderr"
            for number, text in enumerate(str(record.detail.get("text", "")).rstrip("\n").split("\n")):
                if view.passes(text):
                    rows.append(
                        row(
                            (f"{record.time:8.2f} ", "quiet"),
                            ("! " if is_error else "  ", "quiet"),
                            (text, "quiet" if is_old else "plain"),
                            key=f"{record.seq}.{number}",
                            seq=record.seq,
                            hang=11,
                        )
                    )
    if not rows:
        return [row((_("Nothing has been printed up to this moment."), "quiet"))]
    rows[-1] = Row(rows[-1].spans, rows[-1].key, rows[-1].seq, rows[-1].subject, True, rows[-1].hang)
    return rows


def _machines(view: View) -> list[str]:
    pod = view.focus.subject.pod
    return sorted(machine for machine in view.run.index.logs if pod and machine.startswith(f"{pod}/"))
