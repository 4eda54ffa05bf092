"""Doing what the plan says: the writes of a sync, and the Events that tell of them (STS-50, STS-90 to STS-97)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, is_terminating, name, namespace
from simk8s.controlplane.controller import Controller
from simk8s.controlplane.statefulset.claim import (
    Claims,
    claim_name,
    claims_of,
    has_other_controller,
    need_repair,
    repaired_owners,
)
from simk8s.controlplane.statefulset.desired import Desired
from simk8s.controlplane.statefulset.plan import Action, CreatePod, DeletePod, RepairClaims, RepairPod
from simk8s.controlplane.statefulset.pod import identity_matches, new_pod, storage_matches, with_identity, with_storage
from simk8s.controlplane.statefulset.roster import Pod, pod_of
from simk8s.sim import Actor, Run

LARGEST_BATCH = 500  # STS-43


class Hands:
    """Acts for one sync of one set, and notes in `done` what it has done."""

    def __init__(self, controller: Controller, desired: Desired, claims: Claims, actor: Actor) -> None:
        self._client = controller.client
        self._events = controller.events
        self._sim = controller.sim
        self._store = controller.store
        self._desired = desired
        self._claims = claims
        self._actor = actor
        self.done: list[Action] = []

    def do(self, actions: Iterable[Action], templates: dict[str, Object]) -> Run[None]:
        """Perform the plan. An error ends it: later batches are not begun."""
        for batch in _batches(actions, self._desired.is_ordered):
            if len(batch) == 1:
                yield from self._do(batch[0], templates)
                self.done += batch
                continue
            tasks = [self._sim.task(self._attempt(action, templates)) for action in batch]
            failures = []
            for task in tasks:
                failures.append((yield task))
            for failure in failures:
                if failure is not None:
                    raise failure

    def _attempt(self, action: Action, templates: dict[str, Object]) -> Run[ApiError | None]:
        try:
            yield from self._do(action, templates)
        except ApiError as error:
            return error
        self.done.append(action)
        return None

    def _do(self, action: Action, templates: dict[str, Object]) -> Run[None]:
        match action:
            case CreatePod():
                yield from self._create(action, templates[action.revision])
            case DeletePod():
                yield from self._delete(action.pod)
            case RepairClaims():
                if action.create:
                    yield from self._create_claims(action.pod.ordinal, action.pod.name)
                yield from self._own_claims(action.pod)
            case RepairPod():
                yield from self._repair(action.pod)

    def _create(self, action: CreatePod, template: Object) -> Run[None]:
        """STS-50: claims, Pod, owners of the claims."""
        desired = self._desired
        pod = new_pod(desired, action.ordinal, template, action.revision)
        try:
            yield from self._create_claims(action.ordinal, name(pod))
            stored = yield from self._client.create(pod, by=self._actor)
        except ApiError as error:
            self._tell_failure("create", name(pod), error)
            raise
        self._tell("SuccessfulCreate", f"create Pod {name(pod)} in StatefulSet {desired.name} successful")  # STS-91
        yield from self._own_claims(pod_of(stored))

    def _create_claims(self, ordinal: int, pod_name: str) -> Run[None]:
        """Make what is missing. One failure does not keep the other claims from being tried; the first is raised."""
        failure: ApiError | None = None
        for claim in claims_of(self._desired, ordinal):
            try:
                found = self._claims.get(name(claim))
                if found is None:
                    yield from self._client.create(claim, by=self._actor)
            except ApiError as error:
                failure = failure or error
                if error.reason != "AlreadyExists":  # STS-97
                    text = f"create Claim {name(claim)} for Pod {pod_name} in StatefulSet {self._desired.name}"
                    self._tell("FailedCreate", f"{text} failed error: {error}", warning=True)  # STS-94
                continue
            if found is None:
                text = f"create Claim {name(claim)} Pod {pod_name} in StatefulSet {self._desired.name} success"
                self._tell("SuccessfulCreate", text)  # STS-90
            elif is_terminating(found):
                failure = failure or ApiError("Conflict", 409, f"pvc {name(claim)} is being deleted")
        if failure is not None:
            raise failure

    def _own_claims(self, pod: Pod) -> Run[bool]:
        """Give the claims the owners of STS-61. Tells whether anything was written."""
        desired = self._desired
        wrote = False
        for template in desired.claim_templates:
            claim = self._store.find(
                "PersistentVolumeClaim", claim_name(desired, template, pod.ordinal), desired.namespace
            )
            if claim is None:
                continue
            if has_other_controller(desired, pod, claim) and (
                desired.delete_claims_when_deleted or desired.delete_claims_when_scaled
            ):
                text = f"PersistentVolumeClaim {name(claim)} has a conflicting managing controller; retention ignored"
                self._tell("ConflictingController", text, warning=True)  # STS-96
            owners = repaired_owners(desired, pod, claim)
            if owners is not None:
                meta = {**claim["metadata"], "ownerReferences": owners or None}
                yield from self._client.update({**claim, "metadata": meta}, by=self._actor)
                wrote = True
        return wrote

    def _repair(self, pod: Pod) -> Run[None]:
        """STS-53: the event tells of any of the three repairs (PC-8, PC-10, PC-17)."""
        desired = self._desired
        wrote = False
        try:
            if need_repair(desired, pod, self._claims):
                wrote = yield from self._own_claims(pod)
            if not storage_matches(desired, pod) or not identity_matches(desired, pod):
                yield from self._create_claims(pod.ordinal, pod.name)
                yield from self._restore(pod.object)
                wrote = True
        except ApiError as error:
            self._tell_failure("update", pod.name, error)
            raise
        if wrote:
            text = f"update Pod {pod.name} in StatefulSet {desired.name} successful"
            self._tell("SuccessfulUpdate", text)  # STS-93

    def _restore(self, pod: Object) -> Run[None]:
        """Write the Pod with its identity and storage; on a conflict the newest version of it (PC-12)."""
        while True:
            ordinal = pod_of(pod).ordinal
            fixed = with_identity(self._desired, pod, ordinal)
            if not storage_matches(self._desired, pod_of(pod)):
                fixed = with_storage(self._desired, fixed, ordinal)
            try:
                yield from self._client.update(fixed, by=self._actor)
            except ApiError as error:
                fresh = self._store.find("Pod", name(pod), namespace(pod))
                if error.reason != "Conflict" or fresh is None:
                    raise
                pod = fresh
            else:
                return

    def _delete(self, pod: Pod) -> Run[None]:
        """STS-54: with the Pod's own grace period; the claims stay."""
        try:
            yield from self._client.delete("Pod", pod.name, namespace(pod.object), by=self._actor)
        except ApiError as error:
            if error.reason == "NotFound":
                return
            self._tell_failure("delete", pod.name, error)
            raise
        self._tell(
            "SuccessfulDelete", f"delete Pod {pod.name} in StatefulSet {self._desired.name} successful"
        )  # STS-92

    def _tell_failure(self, verb: str, pod_name: str, error: ApiError) -> None:
        if error.reason == "AlreadyExists":  # STS-16
            return
        text = f"{verb} Pod {pod_name} in StatefulSet {self._desired.name} failed error: {error}"
        self._tell(f"Failed{verb.capitalize()}", text, warning=True)  # STS-95

    def _tell(self, reason: str, message: str, *, warning: bool = False) -> None:
        self._events.event(self._desired.set, "Warning" if warning else "Normal", reason, message, by=self._actor)


def _batches(actions: Iterable[Action], ordered: bool) -> Iterator[list[Action]]:
    """One at a time where the set is ordered; otherwise, in each step, slow-start batches of 1, 2, 4, 8... (STS-43)."""
    if ordered:
        for action in actions:
            yield [action]
        return
    for _, group in groupby(actions, key=lambda action: action.step):
        size = 1
        while batch := list(islice(group, size)):
            yield batch
            size = min(2 * size, LARGEST_BATCH)
