"""Generic ephemeral volumes: a claim for each, made for one Pod and gone with it."""

from __future__ import annotations

from simk8s.api.claim import claim_of
from simk8s.api.errors import ApiError
from simk8s.api.objects import Key, Object, dig, is_controlled_by, is_terminating, name, namespace, owner_reference
from simk8s.api.store import Store
from simk8s.controlplane.controller import Controller
from simk8s.controlplane.informer import Informers
from simk8s.sim import Actor, Run


class EphemeralVolumes:
    """Creates the claims; the garbage collector removes them, since the Pod owns them."""

    def __init__(self, store: Store, informers: Informers) -> None:
        self._pods = informers.of("Pod")
        self._claims = informers.of("PersistentVolumeClaim")
        self._controller = Controller("ephemeral_volume", store, "Pod", self._sync, caches=informers)
        self._controller.follow(
            informers, "Pod", lambda pod: iter([Key(namespace(pod), name(pod))] if _own(pod) else [])
        )

    def _sync(self, where: Key, actor: Actor) -> Run[None]:
        pod = self._pods.at(where)
        if pod is None or is_terminating(pod):
            return
        for volume in _own(pod):
            present = self._claims.get(claim_of(pod, volume), where.namespace)
            if present is None:
                yield from self._make(pod, volume, actor)
            elif not is_controlled_by(present, pod):
                claim = f"{where.namespace}/{name(present)}"
                why = f'PVC "{claim}" was not created for pod "{where}" (pod is not owner)'
                self._controller.events.event(pod, "Warning", "FailedBinding", f"ephemeral volume: {why}", by=actor)

    def _make(self, pod: Object, volume: Object, actor: Actor) -> Run[None]:
        template = dig(volume, "ephemeral", "volumeClaimTemplate", default={})
        meta = {key: value for key, value in template.get("metadata", {}).items() if key in ("labels", "annotations")}
        meta |= {"name": claim_of(pod, volume), "namespace": namespace(pod), "ownerReferences": [owner_reference(pod)]}
        claim = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": meta,
            "spec": template.get("spec", {}),
        }
        try:
            yield from self._controller.client.create(claim, by=actor)
        except ApiError as error:
            text = f"ephemeral volume: create PVC {name(claim)}: {error.message}"
            self._controller.events.event(pod, "Warning", "FailedBinding", text, by=actor)
            raise


def _own(pod: Object) -> list[Object]:
    """The volumes whose claims belong to the Pod."""
    return [volume for volume in pod["spec"].get("volumes") or () if "ephemeral" in volume]
