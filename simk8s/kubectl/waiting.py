"""Waiting until an object is as wanted, by watching it."""

from __future__ import annotations

from collections.abc import Callable

from simk8s.api.objects import Object
from simk8s.api.resources import Resource
from simk8s.api.selector import FieldSelector
from simk8s.api.watch import WatchEvent
from simk8s.kubectl.command import Context
from simk8s.sim import Run

WEEK_SECONDS = 7 * 24 * 3600.0
"""What kubectl makes of a negative timeout."""


def wait_until(
    context: Context,
    resource: Resource,
    name: str,
    namespace: str,
    is_wanted: Callable[[Object | None], bool],
    timeout_seconds: float | None = None,
) -> Run[bool]:
    """Wait until `is_wanted` of the object (None: it is not there). False where the time was up before.

    `timeout_seconds` None means for ever.
    """
    sim = context.access.sim
    deadline = None if timeout_seconds is None else sim.now + timeout_seconds
    if is_wanted(context.store.find(resource.kind, name, namespace)):
        return True
    only = FieldSelector((("metadata.name", name, True),))
    where = namespace if resource.namespaced else None
    watch = context.store.watch(resource.kind, where, who="kubectl", fields=only)
    while True:
        arrival = sim.task(watch.next())
        if deadline is None:
            yield arrival
        else:
            yield sim.any_of(arrival, sim.sleep(max(0.0, deadline - sim.now)))
            if not arrival.triggered:
                arrival.kill()
                watch.close()
                return False
        event: WatchEvent = arrival.value  # type: ignore[assignment]
        context.actor.hear(event.seq)
        if is_wanted(None if event.type == "DELETED" else event.object):
            watch.close()
            return True
