"""The loop that every controller is: something changed, so its key is queued, so it is reconciled until it is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from simk8s.api.client import Client
from simk8s.api.errors import ApiError
from simk8s.api.events import EventRecorder
from simk8s.api.objects import Key, Object, key
from simk8s.api.store import Store
from simk8s.controlplane.informer import Informers
from simk8s.sim import Actor, Run, Task

RETRY_SECONDS = (0.005, 1000.0)  # STS-11, TIME-1: the first wait doubles up to the second
STALE_SECONDS = 0.020

Reconcile = Callable[[Key, Actor], Run[None]]
"""Compares what is with what should be, for one key, and acts. Raises ApiError to be called again later."""


class Queue:
    """Keys that wait. A key is in it once, however often it was added, and is never handed out twice at a time."""

    def __init__(self) -> None:
        self._waiting: dict[Key, list[int]] = {}
        self._out: set[Key] = set()
        self._again: dict[Key, list[int]] = {}

    def add(self, where: Key, seq: int) -> None:
        """`seq` is the history record that makes the key worth a look, -1 for none."""
        target = self._again if where in self._out else self._waiting
        target.setdefault(where, []).append(seq)

    def take(self) -> tuple[Key, list[int]] | None:
        """The next key and the records that led to it."""
        for where, seqs in self._waiting.items():
            del self._waiting[where]
            self._out.add(where)
            return where, seqs
        return None

    def done(self, where: Key) -> None:
        self._out.discard(where)
        if where in self._again:
            self._waiting[where] = self._again.pop(where)

    def __len__(self) -> int:
        return len(self._waiting)


class Controller:
    """Watches, queues and calls `reconcile`; the same for every controller. Nobody calls a controller directly.

    Keys are of objects of `kind`. Writes of one key's reconciliations follow each other in history; those of different
    keys are independent. With `caches` a key is not reconciled before they have seen what its last reconciliation wrote
    (SIM: real controllers mostly do without, and repair what they then do twice).
    """

    def __init__(
        self,
        name: str,
        store: Store,
        kind: str,
        reconcile: Reconcile,
        *,
        caches: Informers | None = None,
        workers: int = 1,
        retry_seconds: tuple[float, float] = RETRY_SECONDS,
    ) -> None:
        self.name = name
        self.store = store
        self.sim = store.sim
        self.client = Client(store, self._note)
        self.events = EventRecorder(store, name)
        self.queue = Queue()
        self._kind = kind
        self._reconcile = reconcile
        self._workers = workers
        self._retry_seconds = retry_seconds
        self._busy: dict[int, Task] = {}
        self._actors: dict[Key, Actor] = {}
        self._failures: dict[Key, int] = {}
        self._caches = caches
        self._written: dict[Actor, dict[str, int]] = {}

    def enqueue(self, where: Key, seq: int = -1) -> None:
        """Have this key looked at soon, because of record `seq`."""
        self.queue.add(where, seq)
        if len(self._busy) < self._workers:
            number = next(free for free in range(self._workers) if free not in self._busy)
            self._busy[number] = self.sim.task(self._work(number))

    def enqueue_after(self, where: Key, seconds: float, seq: int = -1) -> None:
        """Have this key looked at after that time."""
        self.sim.sleep(seconds).callbacks.append(lambda _: self.enqueue(where, seq))

    def follow(self, informers: Informers, kind: str, keys: Callable[[Object], Iterator[Key]] | None = None) -> None:
        """Queue the key of every object of `kind` that changes, or those that `keys` finds in both versions' specs."""

        def changed(old: Object | None, new: Object | None, seq: int) -> None:
            found: tuple[Key, ...] = ()
            read: Object | None = None
            for version in (old, new):
                if version is None:
                    continue
                if read is None or version.get("spec") is not read.get("spec"):
                    found = tuple(keys(version)) if keys else (key(version),)
                    read = version
                for where in found:
                    self.enqueue(where, seq)

        informers.of(kind).on_change(changed)

    def _work(self, number: int) -> Run[None]:
        """One worker: until the queue is empty."""
        while (taken := self.queue.take()) is not None:
            where, seqs = taken
            actor = self._actors.get(where)
            if actor is None:
                actor = self._actors[where] = self.sim.actor(self.name)
            for seq in seqs:
                if not self._is_own(seq):
                    actor.hear(seq)
            if not self._has_seen_its_writes(actor):
                self.enqueue_after(where, STALE_SECONDS, max(seqs))
                self.queue.done(where)
                continue
            try:
                yield from self._reconcile(where, actor)
            except ApiError as error:
                self._retry(where, actor, error)
            else:
                self._failures.pop(where, None)
            self.queue.done(where)
        del self._busy[number]

    def _is_own(self, seq: int) -> bool:
        """Whether the record is this controller's own, of which it need not be told."""
        history = self.sim.history
        return seq < 0 or (history.enabled and history[seq].actor == self.name)

    def _note(self, by: Actor, object: Object) -> None:
        self._written.setdefault(by, {})[object["kind"]] = int(object["metadata"]["resourceVersion"])

    def _has_seen_its_writes(self, actor: Actor) -> bool:
        written = self._written.get(actor)
        if not written or self._caches is None:
            return True
        for kind, version in list(written.items()):
            if self._caches.has_seen(kind, version):
                del written[kind]
        return not written

    def _retry(self, where: Key, actor: Actor, error: ApiError) -> None:
        failures = self._failures.get(where, 0)
        self._failures[where] = failures + 1
        first, longest = self._retry_seconds
        seconds = min(first * 2.0 ** min(failures, 30), longest)
        self.sim.record(actor, "retry", f"{self._kind}/{where}", error=error.message, seconds=seconds)
        self.enqueue_after(where, seconds)
