"""History as a graph: an edge from each record to every record that it led to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from simk8s.sim import Record

if TYPE_CHECKING:
    import networkx


def happens_before(records: Iterable[Record]) -> networkx.DiGraph[int]:
    """Records by number; an edge says that one directly led to the other, and its `seconds` how long that took."""
    import networkx

    graph: networkx.DiGraph[int] = networkx.DiGraph()
    times: dict[int, float] = {}
    for record in records:
        times[record.seq] = record.time
        graph.add_node(record.seq)
        for cause in record.causes:
            graph.add_edge(cause, record.seq, seconds=record.time - times[cause])
    return graph
