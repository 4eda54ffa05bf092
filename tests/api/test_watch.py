"""Watches: order, delay, filters, causes."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from simk8s.api.objects import Object
from simk8s.api.resources import Registry
from simk8s.api.selector import parse, parse_fields
from simk8s.api.store import Store
from simk8s.api.watch import Watch
from simk8s.sim import Run, Simulation


def pod(name: str, node: str = "", **labels: str) -> Object:
    return {"kind": "Pod", "metadata": {"name": name, "labels": labels}, "spec": {"nodeName": node} if node else {}}


def heard(store: Store, watch: Watch, seconds: float = 10) -> list[tuple[str, str, float, int]]:
    events = []

    def listen() -> Run[None]:
        while True:
            event = yield from watch.next()
            events.append((event.type, event.object["metadata"]["name"], store.sim.now, event.seq))

    store.sim.task(listen())
    store.sim.run(store.sim.now + seconds)
    return events


def new_store(**options: Any) -> Store:
    return Store(Simulation(**options), Registry())


def test_what_exists_comes_first_and_then_each_change() -> None:  # API-4
    store = new_store()
    user = store.sim.actor("user")
    store.create(pod("a"), by=user)
    watch = store.watch("Pod")
    store.create(pod("b"), by=user)
    store.update(pod("a", node="n"), by=user)
    store.delete("Pod", "b", by=user)
    assert [event[:2] for event in heard(store, watch)] == [
        ("ADDED", "a"),
        ("ADDED", "b"),
        ("MODIFIED", "a"),
        ("DELETED", "b"),
    ]


def test_an_event_arrives_ten_to_fifty_milliseconds_after_the_write() -> None:  # TIME-30
    store = new_store()
    watch = store.watch("Pod")
    for number in range(50):
        store.create(pod(f"p{number}"), by=store.sim.actor("user"))
    times = [time for _, _, time, _ in heard(store, watch)]
    assert 0.010 <= min(times) <= max(times) <= 0.050
    assert times == sorted(times)


@settings(max_examples=25)
@given(st.integers(0, 50), st.lists(st.floats(0, 0.03), max_size=20))
def test_the_order_of_writes_is_kept_whatever_the_delays(seed: int, pauses: list[float]) -> None:
    store = new_store(seed=seed)
    watch = store.watch("Pod")

    def write() -> Run[None]:
        for number, pause in enumerate(pauses):
            yield store.sim.sleep(pause)
            store.create(pod(f"p{number}"), by=store.sim.actor("user"))

    store.sim.task(write())
    assert [name for _, name, _, _ in heard(store, watch)] == [f"p{number}" for number in range(len(pauses))]


def test_an_event_carries_the_record_of_its_write() -> None:
    store = new_store()
    watch = store.watch("Pod")
    store.create(pod("a"), by=store.sim.actor("user"))
    (event,) = heard(store, watch)
    assert store.sim.history[event[3]].object == "Pod/default/a"


def test_an_object_that_begins_to_match_is_added_and_one_that_ceases_to_is_deleted() -> None:
    store = new_store()
    user = store.sim.actor("user")
    mine = store.watch("Pod", fields=parse_fields("spec.nodeName=n1"))
    labelled = store.watch("Pod", labels=parse("app=x"))
    store.create(pod("a", app="x"), by=user)
    store.update(pod("a", node="n1", app="x"), by=user)
    store.update(pod("a", node="n1", app="y"), by=user)
    store.create(pod("b", node="n2"), by=user)
    assert [event[:2] for event in heard(store, mine)] == [("ADDED", "a"), ("MODIFIED", "a")]
    assert [event[0] for event in heard(store, labelled)] == ["ADDED", "MODIFIED", "DELETED"]


def test_a_watch_of_one_namespace_hears_nothing_of_others() -> None:
    store = new_store()
    watch = store.watch("Pod", "other")
    store.create(pod("a"), by=store.sim.actor("user"))
    assert heard(store, watch) == []


def test_a_closed_watch_hears_nothing_more() -> None:
    store = new_store()
    watch = store.watch("Pod")
    watch.close()
    store.create(pod("a"), by=store.sim.actor("user"))
    assert heard(store, watch) == []
