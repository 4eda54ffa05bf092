"""The StatefulSet controller at work: what it watches, and the steps of one sync (STS-10 to STS-17, STS-40)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from simk8s.api.errors import ApiError
from simk8s.api.objects import Key, Object, controller_of, is_terminating, labels, name, namespace, uid
from simk8s.api.objects import key as key_of
from simk8s.api.selector import LabelSelector, from_object
from simk8s.api.store import Store
from simk8s.controlplane.controller import Controller
from simk8s.controlplane.informer import Informers
from simk8s.controlplane.options import Options
from simk8s.controlplane.statefulset import revision as revisions
from simk8s.controlplane.statefulset.act import Hands
from simk8s.controlplane.statefulset.adoption import Adoption
from simk8s.controlplane.statefulset.claim import claim_pod_name
from simk8s.controlplane.statefulset.desired import Desired, desired_of
from simk8s.controlplane.statefulset.plan import DeletePod, plan
from simk8s.controlplane.statefulset.roster import Roster, parent_and_ordinal, pod_of
from simk8s.controlplane.statefulset.status import completed, is_news, status_of, without_outdated
from simk8s.sim import Actor, Run

WORKERS = 5  # STS-11
STATUS_TRIES = 5  # STS-73


@dataclass(slots=True)
class _Set:
    """What the controller remembers of one set between syncs."""

    selector: LabelSelector
    roster: Roster = field(default_factory=Roster)
    strangers: dict[Key, Object] = field(default_factory=dict)
    """Pods that it owns though selector or name do not fit: to be released."""
    generation: int = 0
    desired: Desired | None = None
    """What was read in the latest version of it."""


class StatefulSets:
    """`statefulset-controller`. It hears of sets and Pods only; claims and revisions it merely looks up (STS-10)."""

    def __init__(self, store: Store, informers: Informers, options: Options) -> None:
        self._store = store
        self._options = options
        self._controller = Controller(
            "statefulset-controller", store, "StatefulSet", self._sync, caches=informers, workers=WORKERS
        )
        self._sets = informers.of("StatefulSet")
        self._pods = informers.of("Pod")
        self._claims = informers.of("PersistentVolumeClaim")
        self._revisions = informers.of("ControllerRevision")
        self._owned_revisions = self._revisions.index("controller", _controller_uid)
        self._adoption = Adoption(self._controller, self._pods, self._revisions)
        self._known: dict[str, _Set] = {}
        self._claim_users: dict[Key, tuple[str, int]] = {}
        self._sets.on_change(self._set_changed)
        self._pods.on_change(self._pod_changed)
        self._claims.on_change(self._claim_changed)

    def _sync(self, where: Key, actor: Actor) -> Run[None]:
        """Bring one set a step nearer to what it should be (STS-40)."""
        set = self._sets.at(where)
        if set is None:  # STS-13
            return
        known = self._remember(set)
        if is_terminating(set):  # STS-42, INV-10: only the status is written
            yield from self._report_last(set, known, actor)
            return
        selector = known.selector
        yield from self._adoption.adopt_revisions(set, selector, actor)  # STS-17
        yield from self._adoption.claim_pods(set, selector, known.strangers, actor)  # STS-15
        existing = list(self._owned_revisions[uid(set)].values())
        current, update, collisions = yield from self._choose_revisions(set, existing, actor)
        desired = self._desired(known, set, name(current), name(update))
        if known.generation != set["metadata"]["generation"]:
            known.roster.doubt()
            known.generation = set["metadata"]["generation"]
        failure = yield from self._act(desired, known, current, update, collisions, actor)
        live = [name(current), name(update), *known.roster.revisions()]
        for old in revisions.superfluous(set, existing, live):  # STS-25: also after a failing sync
            yield from self._controller.client.delete("ControllerRevision", name(old), namespace(old), by=actor)
        if failure is not None:
            raise failure

    def _act(
        self, desired: Desired, known: _Set, current: Object, update: Object, collisions: int, actor: Actor
    ) -> Run[ApiError | None]:
        """Do what the plan says and write the status, which is written even if the plan failed (STS-73)."""
        now = self._store.sim.now
        status = status_of(desired, known.roster, now, collisions)
        claims = _ClaimsOf(self, desired)
        hands = Hands(self._controller, desired, claims, actor)
        templates = {name(revision): revisions.template_of(revision) for revision in (current, update)}
        failure: ApiError | None = None
        try:
            yield from hands.do(plan(desired, known.roster, claims, now), templates)
        except ApiError as error:
            failure = error
        gone = [act.pod.revision for act in hands.done if isinstance(act, DeletePod) and act.step == 7]
        status = completed(desired, without_outdated(status, gone.count(desired.current_revision)))
        try:
            yield from self._write_status(desired.set, status, actor)
        except ApiError as error:
            return failure or error
        if failure is None and desired.min_ready_seconds and status["availableReplicas"] != status["replicas"]:
            self._controller.enqueue_after(key_of(desired.set), desired.min_ready_seconds)  # STS-12
        return failure

    def _desired(self, known: _Set, set: Object, current: str, update: str) -> Desired:
        """What a version of the set asks for, read once: most syncs are for the sake of Pods."""
        desired = known.desired
        if desired is None or desired.set is not set or desired.revisions != (current, update):
            desired = known.desired = desired_of(set, current, update, self._options)
        return desired

    def _report_last(self, set: Object, known: _Set, actor: Actor) -> Run[None]:
        status = set.get("status") or {}
        if "updateRevision" in status:
            desired = desired_of(set, status["currentRevision"], status["updateRevision"], self._options)
            counts = status_of(desired, known.roster, self._store.sim.now, status.get("collisionCount", 0))
            yield from self._write_status(set, counts, actor)

    def _choose_revisions(self, set: Object, existing: list[Object], actor: Actor) -> Run[tuple[Object, Object, int]]:
        """The current and the update revision, written where need be (STS-23, STS-24)."""
        status = set.get("status") or {}
        collisions = status.get("collisionCount", 0)
        update = self._known_update(set, existing, collisions)
        if update is None:
            choice = revisions.choose(set, existing, collisions)
            update = choice.update
            client = self._controller.client
            if choice.raise_to:
                update = yield from client.update({**update, "revision": choice.raise_to}, by=actor)
            while choice.create:
                taken = self._store.find("ControllerRevision", name(update), namespace(update))
                if taken is None:
                    update = yield from client.create(update, by=actor)
                    break
                if revisions.is_same(taken, update):
                    update = taken
                    break
                collisions += 1
                update = revisions.revision_of(set, update["revision"], collisions)
        named = status.get("currentRevision")
        current = next((revision for revision in existing if name(revision) == named), update)
        return current, update, collisions

    def _known_update(self, set: Object, existing: list[Object], collisions: int) -> Object | None:
        """The update revision where neither template nor revisions changed since the status was written."""
        status = set.get("status") or {}
        if status.get("observedGeneration") != set["metadata"]["generation"] or not existing:
            return None
        newest = max(existing, key=lambda revision: revision["revision"])
        return newest if name(newest) == status.get("updateRevision") else None

    def _write_status(self, set: Object, status: Object, actor: Actor) -> Run[None]:
        """STS-73: if it says anything new; a conflict is tried again on the newest version."""
        if not is_news(set, status):
            return
        for attempt in range(STATUS_TRIES):
            try:
                yield from self._controller.client.update_status(
                    {**set, "status": {**(set.get("status") or {}), **status}}, by=actor
                )
            except ApiError as error:
                fresh = self._store.find("StatefulSet", name(set), namespace(set))
                if fresh is None:
                    return  # it is gone, and so is its status
                if error.reason != "Conflict" or attempt == STATUS_TRIES - 1:
                    raise
                set = fresh
            else:
                return

    def _remember(self, set: Object) -> _Set:
        known = self._known.get(uid(set))
        if known is None:
            known = self._known[uid(set)] = _Set(from_object(set["spec"].get("selector")))
            for pod in self._pods.index("controller", _controller_uid)[uid(set)].values():
                self._enrol(known, set, pod)
        return known

    def _enrol(self, known: _Set, set: Object, pod: Object) -> None:
        """Count an owned Pod in, or note that it has to be released (STS-15)."""
        if parent_and_ordinal(name(pod))[0] == name(set) and known.selector.matches(labels(pod)):
            known.strangers.pop(key_of(pod), None)
            known.roster.put(pod_of(pod))
        else:
            self._dismiss(known, pod)
            known.strangers[key_of(pod)] = pod

    def _dismiss(self, known: _Set, pod: Object) -> None:
        known.strangers.pop(key_of(pod), None)
        ordinal = parent_and_ordinal(name(pod))[1]
        held = known.roster.get(ordinal)
        if held is not None and uid(held.object) == uid(pod):
            known.roster.remove(ordinal)

    def _set_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        if new is None and old is not None:
            self._known.pop(uid(old), None)
        either = new or old
        if either is not None:
            self._controller.enqueue(key_of(either), seq)

    def _pod_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        """STS-10: the owner is told; for an orphan, every set that might adopt it."""
        before = controller_of(old) if old is not None else None
        after = controller_of(new) if new is not None else None
        if old is not None and before is not None and (after is None or after["uid"] != before["uid"]):
            owner = self._owner(old, before)
            if owner is not None:
                self._dismiss(self._remember(owner), old)
                self._controller.enqueue(key_of(owner), seq)
        if new is None:
            return
        if after is not None:
            owner = self._owner(new, after)
            if owner is not None:
                known = self._remember(owner)
                self._enrol(known, owner, new)
                self._controller.enqueue(key_of(owner), seq)
                self._when_available(owner, old, new)
            return
        if old is None or before is not None or labels(old) != labels(new):
            for set in self._sets:
                if namespace(set) == namespace(new) and from_object(set["spec"]["selector"]).matches(labels(new)):
                    self._controller.enqueue(key_of(set), seq)

    def _when_available(self, set: Object, old: Object | None, new: Object) -> None:
        """STS-12: look again when a Pod that has just become Ready has been so for long enough."""
        seconds = set["spec"].get("minReadySeconds", 0)
        if seconds and pod_of(new).is_ready and not (old is not None and pod_of(old).is_ready):
            self._controller.enqueue_after(key_of(set), seconds + 1)

    def _owner(self, pod: Object, reference: Object) -> Object | None:
        """The set that a controller reference means, by kind, name and UID."""
        if reference["kind"] != "StatefulSet":
            return None
        set = self._sets.get(reference["name"], namespace(pod))
        return set if set is not None and uid(set) == reference["uid"] else None

    def _claim_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        """No sync follows (STS-10); only what was verified with this claim is not so any more."""
        either = new or old
        user = self._claim_users.pop(key_of(either), None) if either else None
        if user is not None and user[0] in self._known:
            self._known[user[0]].roster.doubt(user[1])

    def claim(self, desired: Desired, claim: str) -> Object | None:
        """A claim out of the cache. Remembers that the set's Pod was judged by it."""
        where = Key(desired.namespace, claim)
        pod = claim_pod_name(desired.name, claim)
        if pod:
            self._claim_users[where] = (desired.uid, parent_and_ordinal(pod)[1])
        return self._claims.at(where)


class _ClaimsOf:
    """The claims of one set's namespace by name."""

    def __init__(self, sets: StatefulSets, desired: Desired) -> None:
        self._sets = sets
        self._desired = desired

    def get(self, name: str, /) -> Object | None:
        return self._sets.claim(self._desired, name)


def _controller_uid(object: Object) -> Iterator[str]:
    reference = controller_of(object)
    if reference is not None:
        yield reference["uid"]
