"""A component's way to the API server: the store's writes, each taking the time of a request (TIME-30)."""

from __future__ import annotations

from collections.abc import Callable

from simk8s.api.deletion import Deletion
from simk8s.api.objects import Object
from simk8s.api.store import Store
from simk8s.sim import Actor, Run

WRITE_SECONDS = 0.010  # TIME-30


class Client:
    """The same calls as `Store`, to be made with `yield from`. A component that dies meanwhile has written nothing."""

    __slots__ = ("_written", "store")

    def __init__(self, store: Store, written: Callable[[Actor, Object], None] | None = None) -> None:
        """`written` is told of every write: who made it, and the object as it now is."""
        self.store = store
        self._written = written

    def _done(self, by: Actor, object: Object) -> Object:
        if self._written is not None:
            self._written(by, object)
        return object

    def create(self, object: Object, *, by: Actor) -> Run[Object]:
        yield self.store.sim.sleep(WRITE_SECONDS)
        return self._done(by, self.store.create(object, by=by))

    def update(self, object: Object, *, by: Actor) -> Run[Object]:
        yield self.store.sim.sleep(WRITE_SECONDS)
        return self._done(by, self.store.update(object, by=by))

    def update_status(self, object: Object, *, by: Actor) -> Run[Object]:
        yield self.store.sim.sleep(WRITE_SECONDS)
        return self._done(by, self.store.update_status(object, by=by))

    def patch(
        self,
        kind: str,
        name: str,
        namespace: str,
        change: Callable[[Object], Object],
        *,
        by: Actor,
        status: bool = False,
    ) -> Run[Object]:
        yield self.store.sim.sleep(WRITE_SECONDS)
        return self._done(by, self.store.patch(kind, name, namespace, change, by=by, status=status))

    def delete(
        self, kind: str, name: str, namespace: str, *, by: Actor, deletion: Deletion | None = None
    ) -> Run[Object]:
        yield self.store.sim.sleep(WRITE_SECONDS)
        return self._done(by, self.store.delete(kind, name, namespace, by=by, deletion=deletion))
