"""The Chrome trace, checked as a viewer would read it."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest

from simk8s.export import export
from tests.causes.conftest import bring_up

Event = dict[str, Any]


@pytest.fixture(scope="module")
def trace() -> list[Event]:
    events: list[Event] = json.loads("".join(export(bring_up("ours"), "perfetto")))["traceEvents"]
    return events


def of(trace: list[Event], *phases: str) -> list[Event]:
    return [event for event in trace if event["ph"] in phases]


def by_track(events: list[Event]) -> dict[tuple[int, int], list[Event]]:
    tracks = defaultdict(list)
    for event in events:
        tracks[event["pid"], event["tid"]].append(event)
    return tracks


def test_slices_nest_on_every_track(trace: list[Event]) -> None:
    for slices in by_track(of(trace, "X")).values():
        open_until: list[int] = []
        for piece in sorted(slices, key=lambda event: (event["ts"], -event["dur"])):
            end = piece["ts"] + piece["dur"]
            while open_until and open_until[-1] <= piece["ts"]:
                open_until.pop()
            assert not open_until or end <= open_until[-1], piece
            open_until.append(end)


def test_every_arrow_has_a_beginning_and_a_later_end(trace: list[Event]) -> None:
    begun = {event["id"]: event for event in of(trace, "s")}
    ended = {event["id"]: event for event in of(trace, "f")}
    assert begun.keys() == ended.keys()
    assert len(begun) > 100
    assert all(begun[number]["ts"] <= ended[number]["ts"] for number in begun)


def test_every_arrow_ends_within_slices(trace: list[Event]) -> None:
    slices = by_track(of(trace, "X"))
    for event in of(trace, "s", "f"):
        around = slices[event["pid"], event["tid"]]
        assert any(piece["ts"] <= event["ts"] <= piece["ts"] + piece["dur"] for piece in around), event


def test_pods_are_processes_and_container_attempts_are_threads(trace: list[Event]) -> None:
    names = {(event["name"], event["args"]["name"]) for event in of(trace, "M") if "name" in event["args"]}
    assert ("process_name", "pod mysql-1") in names
    assert {("thread_name", f"{name} #0") for name in ("init-mysql", "clone-mysql", "mysql", "xtrabackup")} <= names
    used = {(event["pid"], event["tid"]) for event in of(trace, "X", "i")}
    assert used <= {(event["pid"], event["tid"]) for event in of(trace, "M") if event["name"] == "thread_name"}


def test_names_are_few_and_details_are_in_args(trace: list[Event]) -> None:
    slices = of(trace, "X")
    assert len({event["name"] for event in slices}) < 150 < len(slices)
    clone = next(event for event in slices if event["name"] == "ncat" and event["cat"] == "command")
    assert clone["args"]["text"].startswith("ncat --recv-only")
    assert "statefulset.yaml:" in clone["args"]["place"]


def test_readiness_counts_up_once_for_each_pod_and_probes_are_instants(trace: list[Event]) -> None:
    ready = [event["args"]["ready"] for event in of(trace, "C") if event["name"] == "ready"]
    assert ready.count(1) == 3
    assert [event["name"] for event in of(trace, "i")] == ["readiness probe: success"] * 3


def test_events_come_in_the_order_of_time(trace: list[Event]) -> None:
    moments = [event["ts"] for event in trace if event["ph"] != "M"]
    assert moments == sorted(moments)
