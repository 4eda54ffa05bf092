"""Large sets: Pods per second, a rolling update, how the cost of one Pod grows with their number, its memory."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Iterator
from math import log

from benchmarks.web import WEB
from benchmarks.yardstick import events as events_of
from benchmarks.yardstick import timeouts
from simk8s import Cluster


def scale() -> Iterator[str]:
    """Seconds are of processor time: the simulation has one thread, and other programs do not count."""
    _brought_up(100, nodes=50)  # imports and caches
    cluster, seconds, events = _brought_up(1000, nodes=50)
    yield _line("1,000 Pods, 50 nodes", 1000, seconds, events)
    begin, before = time.process_time(), events_of(cluster.sim.env)
    cluster.kubectl("rollout restart statefulset/web")
    outcome = cluster.run()
    assert outcome.reached, outcome
    yield _line("a rolling update of them", 1000, time.process_time() - begin, events_of(cluster.sim.env) - before)
    del cluster
    each = {}
    for count in (100, 1000, 10_000):
        _, seconds, _ = _brought_up(count, nodes=100, history=False)
        each[count] = seconds / count
    growth, bound = each[10_000] / each[100], log(10_000) / log(100)
    costs = ", ".join(f"{each[count] * 1000:.2f} ms at {count:,}" for count in each)
    yield f"each of them on 100 nodes: {costs} = {growth:.2f} times (n log n would be {bound:.2f})"
    for history in (True, False):
        small, large = (_memory(count, history=history) for count in (100, 500))
        yield f"memory with history {'on' if history else 'off'}: {(large - small) / 400 / 1024:.0f} KiB a Pod"


def _brought_up(count: int, *, nodes: int, history: bool = True) -> tuple[Cluster, float, int]:
    """A cluster with so many Pods, the seconds it took, and the events."""
    gc.collect()
    begin = time.process_time()
    cluster = Cluster(nodes=nodes, seed=1, history=history)
    cluster.apply(WEB.format(replicas=count, policy="Parallel"))
    outcome = cluster.run()
    seconds = time.process_time() - begin
    assert outcome.reached, outcome
    return cluster, seconds, events_of(cluster.sim.env)


def _memory(count: int, *, history: bool) -> int:
    """The bytes that a cluster with so many Pods holds."""
    gc.collect()
    tracemalloc.start()
    cluster, _, _ = _brought_up(count, nodes=20, history=history)
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert cluster.now
    return held


def _line(what: str, pods: int, seconds: float, events: int) -> str:
    bare = timeouts(events, time.process_time)
    pace = f"{seconds:.2f} s = {pods / seconds:.0f} Pods a second"
    return f"{what}: {pace}, {events} events = {seconds / bare:.1f} times bare"
