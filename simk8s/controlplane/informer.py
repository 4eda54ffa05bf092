"""What one process has seen of the cluster: a cache of each kind, filled by a watch, so always a little behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from simk8s.api.objects import Key, Object, key
from simk8s.api.store import Store
from simk8s.api.watch import DELIVERY_SECONDS
from simk8s.sim import Run, Task

Handler = Callable[[Object | None, Object | None, int], None]
"""Called with the old and the new version (None: there was or is none) and the history record of the write."""


class Index:
    """The objects of an informer by something they mention, for instance Pods by their node."""

    def __init__(self, mentions: Callable[[Object], Iterable[str]]) -> None:
        self._mentions = mentions
        self._mentioned: dict[Key, dict[str, None]] = {}
        """What each object mentions."""
        self._entries: dict[str, dict[Key, Object]] = {}

    def __getitem__(self, value: str) -> dict[Key, Object]:
        """The objects that mention `value`, in the order they were first seen to."""
        return self._entries.get(value, {})

    def values(self) -> list[str]:
        """What is mentioned by any object."""
        return list(self._entries)

    def replace(self, where: Key, new: Object | None) -> None:
        """Of the object there is a new version, or none any more."""
        before = self._mentioned.get(where, {})
        after = dict.fromkeys(self._mentions(new)) if new is not None else {}
        if before != after:
            for value in before:
                if value not in after:
                    entries = self._entries[value]
                    del entries[where]
                    if not entries:
                        del self._entries[value]
            if after:
                self._mentioned[where] = after
            else:
                del self._mentioned[where]
        if new is not None:
            for value in after:
                self._entries.setdefault(value, {})[where] = new


class Informer:
    """A level-triggered cache of one kind. `version` is the newest resourceVersion it has seen."""

    def __init__(
        self, store: Store, kind: str, who: str, delay_seconds: tuple[float, float] = DELIVERY_SECONDS
    ) -> None:
        self.kind = kind
        self.version = 0
        self._store = store
        self._who = who
        self._delay = delay_seconds
        self._objects: dict[Key, Object] = {}
        self._seqs: dict[Key, int] = {}
        self._indexes: dict[str, Index] = {}
        self._handlers: list[Handler] = []
        self._held_until = 0.0

    def __iter__(self) -> Iterator[Object]:
        """The objects, oldest acquaintance first."""
        return iter(self._objects.values())

    def __len__(self) -> int:
        return len(self._objects)

    def get(self, name: str, namespace: str = "") -> Object | None:
        return self._objects.get(Key(namespace, name))

    def at(self, where: Key) -> Object | None:
        return self._objects.get(where)

    def seq(self, where: Key) -> int:
        """The history record of the version in this cache, -1 where there is none."""
        return self._seqs.get(where, -1)

    def index(self, name: str, mentions: Callable[[Object], Iterable[str]]) -> Index:
        """The objects by what `mentions` says of each. Asking twice for one name gives the same index."""
        if name not in self._indexes:
            index = self._indexes[name] = Index(mentions)
            for where, object in self._objects.items():
                index.replace(where, object)
        return self._indexes[name]

    def on_change(self, handler: Handler) -> None:
        """Call `handler` after every change of the cache from now on."""
        self._handlers.append(handler)

    def hold(self, seconds: float) -> None:
        """Hear of nothing for that long: it is heard of afterwards."""
        self._held_until = max(self._held_until, self._store.sim.now + seconds)

    def run(self) -> Run[None]:
        """List and watch, for ever."""
        watch = self._store.watch(self.kind, who=self._who, delay_seconds=self._delay)
        while True:
            event = yield from watch.next()
            while self._held_until > self._store.sim.now:
                yield self._store.sim.sleep(self._held_until - self._store.sim.now)
            self._take(event.type == "DELETED", event.object, event.seq)

    def _take(self, gone: bool, object: Object, seq: int) -> None:
        where = key(object)
        old = self._objects.get(where)
        self.version = int(object["metadata"]["resourceVersion"])
        new = None if gone else object
        if new is None:
            self._objects.pop(where, None)
            self._seqs.pop(where, None)
        else:
            self._objects[where] = new
            self._seqs[where] = seq
        for index in self._indexes.values():
            index.replace(where, new)
        for handler in self._handlers:
            handler(old if old is not None else (object if gone else None), new, seq)


class Informers:
    """The caches that the parts of one process share: one watch a kind, however many controllers read it."""

    def __init__(self, store: Store, who: str, *, delay_seconds: tuple[float, float] = DELIVERY_SECONDS) -> None:
        self._store = store
        self._who = who
        self._delay = delay_seconds
        self._informers: dict[str, Informer] = {}
        self._running: bool = False
        self._tasks: list[Task] = []

    def of(self, kind: str) -> Informer:
        """The cache of a kind; made, and started if the others run already, when first asked for."""
        if kind not in self._informers:
            informer = self._informers[kind] = Informer(self._store, kind, self._who, self._delay)
            if self._running:
                self._tasks.append(self._store.sim.task(informer.run()))
        return self._informers[kind]

    def has_seen(self, kind: str, version: int) -> bool:
        """Whether the cache of that kind, if there is one, is as new as that resourceVersion."""
        informer = self._informers.get(kind)
        return informer is None or informer.version >= version

    def hold(self, seconds: float) -> None:
        """The process hears of nothing for that long, and goes on with what it knows."""
        for informer in self._informers.values():
            informer.hold(seconds)

    def start(self) -> None:
        self._running = True
        self._tasks += [self._store.sim.task(informer.run()) for informer in self._informers.values()]
