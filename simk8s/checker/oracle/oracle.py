"""Watches a world from its beginning, writes to its databases as users do, and says in the end what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simk8s.api.objects import Object, dig, is_true, key, namespace
from simk8s.checker.oracle import mysql
from simk8s.checker.oracle.database import Client, server_container
from simk8s.checker.oracle.files_left import files_left
from simk8s.checker.oracle.observation import Observation, observe
from simk8s.checker.oracle.outcome import Judgement, Word
from simk8s.checker.oracle.standing import Standing, standings
from simk8s.checker.oracle.workload import DATABASE, Workload
from simk8s.checker.oracle.writers import writers_of_one_claim
from simk8s.checker.properties import Monitor, Property
from simk8s.cluster import Cluster
from simk8s.node.container import Container
from simk8s.node.local_pod import LocalPod
from simk8s.sim import Run

SPREAD_SECONDS = 1.0
"""So long after the last rows the replicas are looked at."""

CATCH_UP_SECONDS = 11.0
"""A replica that lags or connects again is looked at once more after that (REPL-53: it tries every ten seconds)."""

LONGEST_RETRY_SECONDS = (61.0, 135.0)
"""And again after MySQL's own default, and after the longest that it may wait for an address where nobody is."""

LONGEST_LOCK_SECONDS = 930.0
"""A backup whose receiver has vanished holds the global read lock until TCP gives up (XB-43, NCAT-15)."""


Accounts = tuple[tuple[str, ...], ...]
"""User, host and password of each account of a server."""


@dataclass(slots=True)
class _Set:
    """A replicated set of servers. `seen` is the last look at each Pod."""

    workload: Workload
    primary: str
    seen: dict[str, Observation] = field(default_factory=dict)


class Oracle:
    """One world's judge. `begin` before anything is applied, `finish` when nothing changes any more, then `judge`.

    `reference` is the judgement's ground from the crash-free run: the `accounts` that its oracle saw in the end.
    `properties` are promises of the application's own (see `simk8s.checker.properties`).

    >>> from simk8s import Cluster
    >>> cluster = Cluster(history=False)
    >>> oracle = Oracle(cluster)
    >>> oracle.begin()
    >>> pod = {"metadata": {"name": "one"}, "spec": {"containers": [{"name": "main", "image": "nginx"}]}}
    >>> cluster.apply({"apiVersion": "v1", "kind": "Pod", **pod})
    >>> outcome = cluster.run()
    >>> cluster.complete(oracle.finish())
    >>> oracle.judge().outcome
    {'one': 'ok'}
    """

    def __init__(
        self,
        cluster: Cluster,
        reference: Mapping[tuple[str, str], Accounts] | None = None,
        properties: Sequence[Property] = (),
    ) -> None:
        self.cluster = cluster
        self.world = cluster.world
        self.reference = reference or {}
        self.sets: dict[tuple[str, str], _Set] = {}
        self._monitor = Monitor(cluster, properties)
        self._client = Client(self.world)
        self._broken: dict[str, None] = {}

    def begin(self) -> None:
        """Follow what happens from now on."""
        self.world.site.container_hooks.append(self._started)
        self.world.sim.task(self._follow())
        self._monitor.begin()

    def finish(self) -> Run[None]:
        """Write the last rows, give replicas the time to follow, and look at every server."""
        self._monitor.finish()
        for one in self.sets.values():
            if self._is_ready(one.workload.namespace, one.primary):
                yield from one.workload.end()
        if not self.sets:
            return
        yield self.world.sim.sleep(SPREAD_SECONDS)
        began = self.world.sim.now
        for until in (CATCH_UP_SECONDS, *LONGEST_RETRY_SECONDS, LONGEST_LOCK_SECONDS, None):
            yield from self._look()
            if until is None or not self._may_catch_up(is_late=until == LONGEST_LOCK_SECONDS):
                return
            yield self.world.sim.sleep(max(began + until - self.world.sim.now, 0.0))

    def judge(self) -> Judgement:
        """What became of every Pod. Looks only, at the state that `finish` has seen."""
        stands = standings(self.world.store)
        words: dict[str, Word] = {}
        notes: dict[str, str] = {}
        for one in stands:
            word, why = self._word(one)
            words[one.name] = word
            if word != "ok":
                notes[one.name] = why
        return Judgement(
            words,
            (*self.broken, *map(str, self._monitor.violations), *self._violations()),
            {one.name: one.is_ready for one in stands},
            {one.name: one.restarts for one in stands},
            {one.name: self._files_of(one) for one in stands},
            notes,
        )

    @property
    def broken(self) -> tuple[str, ...]:
        """The safety properties that have been broken up to now, a sentence each."""
        return tuple(self._broken)

    @property
    def accounts(self) -> dict[tuple[str, str], Accounts]:
        """The accounts that each primary has, by namespace and set, as of the last look: the reference for others."""
        found = {where: one.seen.get(one.primary) for where, one in self.sets.items()}
        return {where: seen.accounts for where, seen in found.items() if seen is not None and seen.answers}

    def _files_of(self, one: Standing) -> tuple[str, ...]:
        """What lies on the Pod's claims, but for the workload's own database."""
        return tuple(name for name in files_left(self.world, one.namespace, one.pod) if name != DATABASE)

    # What happens meanwhile

    def _started(self, local: LocalPod, container: Container) -> None:
        self._broken |= dict.fromkeys(writers_of_one_claim(self.world, local))
        found = self._set_of(local.pod)
        if found is None or local.key.name == found.primary or not found.workload.has_begun:
            return
        initial = [spec["name"] for spec in dig(local.pod, "spec", "initContainers", default=[])]
        if container.name in initial:
            self.world.sim.task(found.workload.during(container))

    def _follow(self) -> Run[None]:
        watch = self.world.store.watch("Pod", who="oracle", delay_seconds=(0.0, 0.0))
        while True:
            event = yield from watch.next()
            pod = event.object
            if event.type == "DELETED" or not is_true(pod, "Ready"):
                continue
            found = self._set_of(pod)
            if found and pod["metadata"]["name"] == found.primary and not found.workload.has_begun:
                found.workload.has_begun = True
                self.world.sim.task(found.workload.begin())

    def _set_of(self, pod: Object) -> _Set | None:
        """The set of servers that a Pod belongs to, where it does."""
        owner = next((o for o in dig(pod, "metadata", "ownerReferences", default=[]) if o.get("controller")), None)
        if owner is None or owner["kind"] != "StatefulSet":
            return None
        where = (namespace(pod), str(owner["name"]))
        if where not in self.sets:
            container = server_container(self.world, pod)
            if not container:
                return None
            first = dig(self.world.store.find("StatefulSet", where[1], where[0]) or {}, "spec", "ordinals", "start")
            primary = f"{where[1]}-{first or 0}"
            self.sets[where] = _Set(Workload(self.world, where[0], primary, container), primary)
        return self.sets[where]

    # Looking

    def _look(self) -> Run[None]:
        for (space, _), one in self.sets.items():
            for pod in self._pods_of(one):
                if not self._is_ready(space, pod):
                    one.seen.pop(pod, None)
                    continue
                container = one.workload.container
                one.seen[pod] = yield from observe(
                    self.world, self._client, space, pod, container, is_replica=pod != one.primary
                )

    def _may_catch_up(self, *, is_late: bool) -> bool:
        """Whether a replica that was told to follow may only need more time: to connect, or, late, for its rows."""
        for one in self.sets.values():
            primary = one.seen.get(one.primary)
            if primary is None or primary.refusal:
                continue  # whoever asks it will be refused again
            for pod, seen in one.seen.items():
                if pod == one.primary or not seen.answers or seen.replication is None:
                    continue
                behind = seen.replication.runs and seen.rows != primary.rows
                if behind and not seen.has_done_all_of(primary):
                    return True
                if seen.replication.io == "Connecting" and not is_late:
                    return True
        return False

    def _pods_of(self, one: _Set) -> list[str]:
        name = one.primary.rpartition("-")[0]
        space = one.workload.namespace
        pods = [pod for pod in self.world.store.list("Pod", space) if key(pod).name.rpartition("-")[0] == name]
        return sorted((key(pod).name for pod in pods), key=lambda pod: (len(pod), pod))

    def _is_ready(self, space: str, pod: str) -> bool:
        found = self.world.store.find("Pod", pod, space)
        return found is not None and is_true(found, "Ready")

    # Judging

    def _word(self, stand: Standing) -> mysql.Verdict:
        if stand.container:
            return "unknown", f"container {stand.container}: {self._refusal(stand) or 'it is not modelled'}"
        if stand.word is not None:
            return stand.word, stand.why
        for (space, _), one in self.sets.items():
            if space != stand.namespace or stand.pod not in one.seen:
                continue
            seen = one.seen[stand.pod]
            if stand.pod == one.primary:
                accounts = self.reference.get((space, stand.pod.rpartition("-")[0]))
                return mysql.primary_word(seen, one.workload.acknowledged, accounts)
            return mysql.replica_word(seen, one.seen.get(one.primary), one.workload.acknowledged)
        return "ok", ""

    def _refusal(self, stand: Standing) -> str:
        """What the container's log says that is not modelled."""
        lines = self.world.log(stand.namespace, stand.pod, stand.container).decode(errors="replace").splitlines()
        return next((line for line in reversed(lines) if "is not modelled by simk8s" in line), "")

    def _violations(self) -> list[str]:
        return [
            text
            for one in self.sets.values()
            for text in mysql.violations(one.seen, one.primary, one.workload.attempted)
        ]
