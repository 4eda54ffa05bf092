"""The ShiViz log: its form, and that its clocks tell exactly what happened before what."""

from __future__ import annotations

import json
import re

import networkx
from hypothesis import given
from hypothesis import strategies as st

from simk8s.causes import happens_before
from simk8s.export import export
from simk8s.export.clocks import clocks
from simk8s.export.shiviz import EXPRESSION
from simk8s.sim import History, Record
from tests.causes.conftest import bring_up


@st.composite
def histories(draw: st.DrawFn) -> list[Record]:
    """Any records with any earlier ones as causes."""
    records = []
    for seq in range(draw(st.integers(1, 25))):
        causes = draw(st.lists(st.integers(0, seq - 1), max_size=2, unique=True)) if seq else []
        verb = draw(st.sampled_from(["told", "untold"]))
        records.append(Record(seq, float(seq), draw(st.sampled_from("abc")), verb, "", tuple(causes)))
    return records


@given(histories())
def test_one_event_happens_before_another_exactly_when_the_clocks_say_so(records: list[Record]) -> None:
    stamped = list(clocks(records, lambda record: record.verb == "told"))
    graph = happens_before(records)
    last: dict[str, int] = {}
    for record, _ in stamped:  # the events of one host are in order
        if record.actor in last:
            graph.add_edge(last[record.actor], record.seq)
        last[record.actor] = record.seq
    for first, clock in stamped:
        behind = networkx.descendants(graph, first.seq)
        for second, other in stamped:
            said = first is not second and other.get(first.actor, 0) >= clock[first.actor]
            assert said == (second.seq in behind)


def test_every_event_is_a_line_that_shiviz_reads_and_a_line_of_text() -> None:
    text = "".join(export(bring_up("ours"), "shiviz"))
    expression = re.compile(EXPRESSION.replace("?<", "?P<"))
    found = list(expression.finditer(text))
    assert len(found) * 2 == text.count("\n")
    counts: dict[str, int] = {}
    for event in found:
        clock = json.loads(event["clock"])
        assert clock[event["host"]] == counts.get(event["host"], 0) + 1
        counts[event["host"]] = clock[event["host"]]
        assert all(clock[host] <= counts.get(host, 0) for host in clock)


def test_the_clone_follows_the_start_of_its_donor() -> None:
    events = {record.object: clock for record, clock in clocks(_connects(), lambda record: True)}
    target = next(place for place in events if place.endswith(":3307"))
    assert events[target].get("mysql-0/xtrabackup", 0) > 0


def _connects() -> list[Record]:
    history: History = bring_up("ours")
    return history.records
