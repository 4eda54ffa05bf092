"""The loop that every controller is, and the caches it reads (STS-11, API-4)."""

from __future__ import annotations

from itertools import pairwise

from simk8s.api.errors import ApiError
from simk8s.api.objects import Key, Object
from simk8s.api.resources import Registry
from simk8s.api.store import Store
from simk8s.controlplane.controller import Controller, Queue
from simk8s.controlplane.informer import Informers
from simk8s.sim import Actor, Run, Simulation

A, B = Key("default", "a"), Key("default", "b")


def new_store() -> Store:
    return Store(Simulation(), Registry())


def config(name: str, **data: str) -> Object:
    return {"kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def test_a_key_waits_in_the_queue_once_with_all_its_reasons() -> None:  # STS-11
    queue = Queue()
    queue.add(A, 1)
    queue.add(B, 2)
    queue.add(A, 3)
    assert (queue.take(), queue.take(), queue.take()) == ((A, [1, 3]), (B, [2]), None)


def test_a_key_that_is_out_is_not_handed_out_again_before_it_is_done() -> None:  # STS-11
    queue = Queue()
    queue.add(A, 1)
    queue.take()
    queue.add(A, 2)
    assert queue.take() is None
    queue.done(A)
    assert queue.take() == (A, [2])


def test_failures_are_tried_again_after_twice_the_time() -> None:  # STS-11, TIME-1
    store = new_store()
    times: list[float] = []

    def reconcile(where: Key, actor: Actor) -> Run[None]:
        times.append(store.sim.now)
        if len(times) < 6:
            raise ApiError("InternalError", 500, "no")
        return
        yield

    controller = Controller("c", store, "ConfigMap", reconcile)
    controller.enqueue(A)
    store.sim.run(1)
    waits = [round(later - earlier, 4) for earlier, later in pairwise(times)]
    assert waits == [0.005, 0.01, 0.02, 0.04, 0.08]


def test_no_wait_is_longer_than_the_longest() -> None:  # TIME-1
    store = new_store()

    def reconcile(where: Key, actor: Actor) -> Run[None]:
        raise ApiError("InternalError", 500, "no")
        yield

    controller = Controller("c", store, "ConfigMap", reconcile)
    controller.enqueue(A)
    store.sim.run(10_000)
    waits = [record.detail["seconds"] for record in store.sim.history]
    assert max(waits) == 1000


def test_workers_take_different_keys_at_a_time() -> None:  # STS-11
    store = new_store()
    running: set[Key] = set()
    most = 0

    def reconcile(where: Key, actor: Actor) -> Run[None]:
        nonlocal most
        assert where not in running
        running.add(where)
        most = max(most, len(running))
        yield store.sim.sleep(1)
        running.remove(where)

    controller = Controller("c", store, "ConfigMap", reconcile, workers=3)
    for number in range(9):
        controller.enqueue(Key("default", str(number % 5)))
    store.sim.run(20)
    assert most == 3


def test_a_reconciliation_follows_what_the_watch_brought() -> None:
    store = new_store()
    user = store.sim.actor("user")
    caches = Informers(store, "c")

    def reconcile(where: Key, actor: Actor) -> Run[None]:
        store.sim.record(actor, "looked", where.name)
        return
        yield

    controller = Controller("c", store, "ConfigMap", reconcile)
    controller.follow(caches, "ConfigMap")
    caches.start()
    store.create(config("a"), by=user)
    store.sim.run(1)
    looked = next(record for record in store.sim.history if record.verb == "looked")
    assert [store.sim.history[cause].object for cause in looked.causes] == ["ConfigMap/default/a"]


def test_a_cache_sees_the_past() -> None:  # API-4
    store = new_store()
    user = store.sim.actor("user")
    caches = Informers(store, "c")
    configs = caches.of("ConfigMap")
    by_data = configs.index("x", lambda object: [object["data"]["x"]])
    caches.start()
    store.sim.run(0.1)
    store.create(config("a", x="1"), by=user)
    store.sim.run(0.105)
    assert configs.get("a", "default") is None
    store.sim.run(0.2)
    assert configs.get("a", "default") is not None
    assert list(by_data["1"]) == [A]
    store.update(config("a", x="2"), by=user)
    store.delete("ConfigMap", "a", by=user)
    assert list(by_data["1"]) == [A]
    store.sim.run(0.3)
    assert (len(configs), by_data["1"], by_data["2"]) == (0, {}, {})


def test_with_its_caches_a_controller_waits_to_see_its_own_writes() -> None:
    store = new_store()
    caches = Informers(store, "c")
    configs = caches.of("ConfigMap")
    seen: list[bool] = []

    def reconcile(where: Key, actor: Actor) -> Run[None]:
        seen.append(configs.at(where) is not None)
        if not seen[-1]:
            yield from controller.client.create(config("a"), by=actor)

    controller = Controller("c", store, "ConfigMap", reconcile, caches=caches)
    caches.start()
    controller.enqueue(A)
    store.sim.run(0.011)
    controller.enqueue(A)
    store.sim.run(1)
    assert seen == [False, True]
