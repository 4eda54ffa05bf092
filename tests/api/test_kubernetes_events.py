"""Kubernetes Events: folding, combining, the spam filter, and their end."""

from __future__ import annotations

import pytest

from simk8s.api.events import EventRecorder, expire
from simk8s.api.objects import Object
from simk8s.api.resources import Registry
from simk8s.api.store import Store
from simk8s.sim import Simulation
from tests.conformance import case


@pytest.fixture
def store() -> Store:
    return Store(Simulation(), Registry())


@pytest.fixture
def pod(store: Store) -> Object:
    return store.create({"kind": "Pod", "metadata": {"name": "mysql-0"}}, by=store.sim.actor("user"))


def test_an_event_says_who_what_about_whom_and_when(store: Store, pod: Object) -> None:  # API-30
    recorder = EventRecorder(store, "kubelet", "node-1")
    recorder.event(pod, "Normal", "Started", "Started container mysql", field_path="spec.containers{mysql}")
    (event,) = store.list("Event")
    assert event["metadata"]["name"].startswith("mysql-0.17a6")
    assert event["involvedObject"]["uid"] == pod["metadata"]["uid"]
    assert event["involvedObject"]["fieldPath"] == "spec.containers{mysql}"
    assert event["source"] == {"component": "kubelet", "host": "node-1"}
    assert (event["count"], event["firstTimestamp"]) == (1, "2024-01-01T00:00:00Z")


@case("A-3")
def test_a_3_the_same_event_twelve_times_is_one_with_a_count(store: Store, pod: Object) -> None:  # API-31
    recorder = EventRecorder(store, "default-scheduler")
    for _ in range(12):
        recorder.event(pod, "Warning", "FailedScheduling", "no room")
        store.sim.run(store.sim.now + 60)
    (event,) = store.list("Event")
    assert (event["count"], event["firstTimestamp"], event["lastTimestamp"]) == (
        12,
        "2024-01-01T00:00:00Z",
        "2024-01-01T00:11:00Z",
    )


def test_from_the_tenth_different_message_on_events_are_combined(store: Store, pod: Object) -> None:  # API-32
    recorder = EventRecorder(store, "kubelet")
    for number in range(12):
        recorder.event(pod, "Warning", "Failed", f"message {number}")
    events = store.list("Event")
    assert len(events) == 10
    combined = [event for event in events if event["message"].startswith("(combined from similar events): ")]
    assert [event["count"] for event in combined] == [3]


# API-33, TIME-13
@case("A-4")
def test_a_4_a_hundred_events_on_one_object_in_a_minute_are_mostly_dropped(store: Store, pod: Object) -> None:
    recorder = EventRecorder(store, "kubelet")
    for number in range(100):
        recorder.event(pod, "Normal", f"Reason{number}", "x")
        store.sim.run(store.sim.now + 0.6)
    assert 25 <= sum(event["count"] for event in store.list("Event")) <= 26


def test_other_objects_are_not_affected_by_the_filter_of_one(store: Store, pod: Object) -> None:  # API-33
    recorder = EventRecorder(store, "kubelet")
    other = store.create({"kind": "Pod", "metadata": {"name": "mysql-1"}}, by=store.sim.actor("user"))
    for _ in range(40):
        recorder.event(pod, "Normal", "Loop", "again")
    recorder.event(other, "Normal", "Once", "hello")
    assert [event["reason"] for event in store.list("Event")] == ["Loop", "Once"]


def test_events_are_gone_an_hour_after_they_were_last_seen(store: Store, pod: Object) -> None:  # API-30
    store.sim.task(expire(store))
    EventRecorder(store, "kubelet").event(pod, "Normal", "Once", "hello")
    store.sim.run(3500)
    assert len(store.list("Event")) == 1
    store.sim.run(4000)
    assert store.list("Event") == []
