"""Namespaces: nothing is created in one that is missing or going, and its content goes with it (API-10)."""

from __future__ import annotations

from simk8s.api.errors import Cause, forbidden, not_found
from simk8s.api.objects import Key, Object, dig, is_terminating, name
from simk8s.api.store import Store, Write
from simk8s.controlplane.controller import Controller
from simk8s.controlplane.informer import Informers
from simk8s.sim import Actor, Run

RECHECK_SECONDS = 1.0
PERMANENT = ("default", "kube-system", "kube-public", "kube-node-lease")


def check_namespace(write: Write) -> None:
    """Admission: the namespace of a new object exists and stays."""
    if write.operation == "DELETE" and write.resource.kind == "Namespace" and name(write.new) in PERMANENT:
        raise forbidden(write.resource, name(write.new), "this namespace may not be deleted")
    if write.operation != "CREATE" or not write.resource.namespaced:
        return
    wanted = write.new["metadata"]["namespace"]
    namespace = write.store.find("Namespace", wanted)
    if namespace is None:
        raise not_found(write.store.resource("Namespace"), wanted)
    if is_terminating(namespace):
        why = f"unable to create new content in namespace {wanted} because it is being terminated"
        error = forbidden(write.resource, name(write.new), why)
        error.causes = (Cause("metadata.namespace", f"namespace {wanted} is being terminated", "NamespaceTerminating"),)
        raise error


class Namespaces:
    """Gives each namespace what every namespace has, and empties one that is deleted."""

    def __init__(self, store: Store, informers: Informers) -> None:
        self._store = store
        self._namespaces = informers.of("Namespace")
        self._controller = Controller("namespace-controller", store, "Namespace", self._sync)
        self._controller.follow(informers, "Namespace")

    def _sync(self, where: Key, actor: Actor) -> Run[None]:
        namespace = self._namespaces.at(where)
        if namespace is None:
            return
        if not is_terminating(namespace):
            yield from self._furnish(where.name, actor)
            return
        client = self._controller.client
        if dig(namespace, "status", "phase") != "Terminating":
            status = {**(namespace.get("status") or {}), "phase": "Terminating"}
            yield from client.update_status({**namespace, "status": status}, by=actor)
            return
        left = False
        for resource in self._store.registry:
            if resource.namespaced:
                for object in self._store.list(resource.kind, where.name):
                    left = True
                    if not is_terminating(object):
                        yield from client.delete(resource.kind, name(object), where.name, by=actor)
        if left:
            self._controller.enqueue_after(where, RECHECK_SECONDS)
            return
        yield from client.patch(
            "Namespace", where.name, "", lambda old: {**old, "spec": {**old["spec"], "finalizers": []}}, by=actor
        )

    def _furnish(self, namespace: str, actor: Actor) -> Run[None]:
        """The ServiceAccount and the ConfigMap that a real cluster makes in every namespace."""
        certificate = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"
        objects: list[Object] = [
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}},
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "kube-root-ca.crt"},
                "data": {"ca.crt": certificate},
            },
        ]
        for object in objects:
            if self._store.find(object["kind"], object["metadata"]["name"], namespace) is None:
                object["metadata"]["namespace"] = namespace
                yield from self._controller.client.create(object, by=actor)
