"""Which Pods and revisions belong to a set: orphans that fit are adopted, its own that do not fit released (STS-15)."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.api.errors import ApiError, conflict
from simk8s.api.objects import (
    Key,
    Object,
    controller_of,
    is_terminating,
    labels,
    name,
    namespace,
    owner_reference,
    owners,
    uid,
)
from simk8s.api.selector import LabelSelector
from simk8s.controlplane.controller import Controller
from simk8s.controlplane.informer import Informer
from simk8s.controlplane.statefulset.roster import parent_and_ordinal
from simk8s.sim import Actor, Run


class Adoption:
    """Writes controller references into Pods and ControllerRevisions, and takes them out again."""

    def __init__(self, controller: Controller, pods: Informer, revisions: Informer) -> None:
        self._client = controller.client
        self._store = controller.store
        self._orphan_pods = pods.index("orphans", _orphans)
        self._orphan_revisions = revisions.index("orphans", _orphans)

    def adopt_revisions(self, set: Object, selector: LabelSelector, actor: Actor) -> Run[None]:
        """STS-17: orphan revisions whose labels match."""
        for revision in list(self._orphan_revisions[namespace(set)].values()):
            if selector.matches(labels(revision)) and not is_terminating(set):
                yield from self._adopt(set, revision, actor)

    def claim_pods(self, set: Object, selector: LabelSelector, strangers: dict[Key, Object], actor: Actor) -> Run[None]:
        """STS-15: adopt orphans that fit by label and name, release owned Pods that do not."""
        if is_terminating(set):
            return
        for pod in list(strangers.values()):
            yield from self._release(set, pod, actor)
        for pod in list(self._orphan_pods[namespace(set)].values()):
            fits = parent_and_ordinal(name(pod))[0] == name(set) and selector.matches(labels(pod))
            if fits and not is_terminating(pod):
                yield from self._adopt(set, pod, actor)

    def _adopt(self, set: Object, object: Object, actor: Actor) -> Run[None]:
        live = self._store.find("StatefulSet", name(set), namespace(set))
        if live is None or uid(live) != uid(set) or is_terminating(live):
            raise conflict(self._store.resource("StatefulSet"), name(set), "it is not the set that it was")
        meta = {**object["metadata"], "ownerReferences": [*owners(object), owner_reference(set)]}
        yield from self._write({**object, "metadata": meta}, actor)

    def _release(self, set: Object, pod: Object, actor: Actor) -> Run[None]:
        kept = [reference for reference in owners(pod) if reference["uid"] != uid(set)]
        yield from self._write({**pod, "metadata": {**pod["metadata"], "ownerReferences": kept or None}}, actor)

    def _write(self, object: Object, actor: Actor) -> Run[None]:
        try:
            yield from self._client.update(object, by=actor)
        except ApiError as error:
            if error.reason not in ("NotFound", "Conflict"):  # it changed meanwhile: its event brings the set back here
                raise


def _orphans(object: Object) -> Iterator[str]:
    if controller_of(object) is None:
        yield namespace(object)
