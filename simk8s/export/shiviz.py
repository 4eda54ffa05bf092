"""A log for ShiViz: a line with host and vector clock, then a line with the event.

Paste it into ShiViz with the expression that `EXPRESSION` is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from simk8s.api.world import WRITES
from simk8s.export.clocks import clocks
from simk8s.sim import History, Record

EXPRESSION = r"(?<host>\S*) (?<clock>{.*})\n(?<event>.*)"

_NETWORK = ("net.connect", "net.listen", "net.refused")
_PREFIXES = ("container.", "mysql.", *_NETWORK, "image.", "sandbox.", "volume.", "node.")
_VERBS = WRITES | {"probe", "attach", "kubectl", "process.kill"}


def export(history: History) -> Iterator[str]:
    """Two lines for each event that is worth a place in a diagram: what files and script lines do is left out."""
    for record, clock in clocks(history.records, is_event):
        ordered = json.dumps(dict(sorted(clock.items())), separators=(",", ":"))
        yield f"{record.actor} {ordered}\n{record.time:.3f}s {record.verb} {record.object}\n"


def is_event(record: Record) -> bool:
    """Whether ShiViz is to show it."""
    if record.verb in _VERBS:
        return not record.object.startswith(("Event/", "Lease/"))
    return record.verb.startswith(_PREFIXES)
