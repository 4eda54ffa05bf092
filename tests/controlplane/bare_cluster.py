"""A cluster without machines: the control plane, and kubelets that only say what real ones would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simk8s.api import admission
from simk8s.api.client import Client
from simk8s.api.deletion import Deletion
from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, is_terminating, uid
from simk8s.api.resources import Registry
from simk8s.api.selector import parse_fields
from simk8s.api.store import Store
from simk8s.controlplane import ControlPlane, Options
from simk8s.sim import Run, Simulation


class Kubelet:
    """Marks the Pods of its node Running, then Ready after `ready_seconds`, and lets deleted ones go."""

    def __init__(self, sim: Simulation, store: Store, node: str, number: int, **node_spec: Any) -> None:
        self.sim, self.store, self.node, self.number = sim, store, node, number
        self.client = Client(store)
        self.ready_seconds: float = 1.0
        self.start_seconds: float = 0.5
        self.stop_seconds: float = 1.0
        self.is_alive = True
        self.holds_ready: Callable[[Object], bool] = lambda pod: True
        self._addresses = 1
        self._started: set[str] = set()
        self._stopping: set[str] = set()
        self.actor = sim.actor(f"kubelet/{node}")
        store.create(
            {
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {"name": node, "labels": {"kubernetes.io/hostname": node}},
                "spec": {"podCIDR": f"10.244.{number}.0/24", **node_spec},
                "status": {
                    "capacity": {"cpu": "8", "memory": "32Gi", "pods": "1100"},
                    "allocatable": {"cpu": "8", "memory": "32Gi", "pods": "1100"},
                    "conditions": [self._condition("Ready", True)],
                },
            },
            by=self.actor,
        )
        sim.task(self._run())
        sim.task(self._renew())

    def _renew(self) -> Run[None]:
        while True:
            if self.is_alive:
                lease = self.store.find("Lease", self.node, "kube-node-lease")
                spec = {"holderIdentity": self.node, "leaseDurationSeconds": 40, "renewTime": self.sim.timestamp}
                if lease is None:
                    meta = {"name": self.node, "namespace": "kube-node-lease"}
                    new = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": meta, "spec": spec}
                    self.store.create(new, by=self.actor)
                else:
                    self.store.update({**lease, "spec": spec}, by=self.actor)
            yield self.sim.sleep(10)

    def power_off(self) -> None:
        """From now on it neither hears nor says anything."""
        self.is_alive = False

    def power_on(self) -> None:
        """It is back, says so, and goes on with the Pods that it finds."""
        self.is_alive = True
        conditions = [{**self._condition("Ready", True), "reason": "KubeletReady"}]
        self.store.patch("Node", self.node, "", lambda o: with_conditions(o, conditions), by=self.actor, status=True)
        for pod in self.store.list("Pod"):
            if pod["spec"].get("nodeName") == self.node:
                self._look_after(pod)
                if uid(pod) in self._started and not is_ready(pod) and not is_terminating(pod):
                    self.sim.task(self._start(pod))

    def _run(self) -> Run[None]:
        watch = self.store.watch("Pod", fields=parse_fields(f"spec.nodeName={self.node}"), who=self.node)
        while True:
            event = yield from watch.next()
            self.actor.hear(event.seq)
            pod = event.object
            if event.type == "DELETED" or not self.is_alive:
                continue
            self._look_after(pod)

    def _look_after(self, pod: Object) -> None:
        if uid(pod) not in self._started:
            self._started.add(uid(pod))
            self.sim.task(self._start(pod))
        if is_terminating(pod) and uid(pod) not in self._stopping:
            self._stopping.add(uid(pod))
            self.sim.task(self._stop(pod))

    def _start(self, pod: Object) -> Run[None]:
        yield self.sim.sleep(self.start_seconds)
        self._addresses += 1
        self.set_status(pod, phase="Running", podIP=f"10.244.{self.number}.{self._addresses}", ready=False)
        yield self.sim.sleep(self.ready_seconds)
        while not self.holds_ready(pod):
            yield self.sim.sleep(1)
        self.set_status(pod, ready=True)

    def _stop(self, pod: Object) -> Run[None]:
        yield self.sim.sleep(self.stop_seconds)
        if not self.is_alive:
            self._stopping.discard(uid(pod))
            return
        self.set_status(pod, phase="Succeeded", ready=False)
        meta = pod["metadata"]
        deletion = Deletion(grace_seconds=0, uid=meta["uid"])
        try:
            yield from self.client.delete("Pod", meta["name"], meta["namespace"], by=self.actor, deletion=deletion)
        except ApiError:
            pass

    def set_status(self, pod: Object, *, ready: bool, **fields: Any) -> None:
        if not self.is_alive:
            return
        meta = pod["metadata"]
        current = self.store.find("Pod", meta["name"], meta["namespace"])
        if current is None or uid(current) != uid(pod) or (ready and is_terminating(current)):
            return
        set_pod(self.store, current, self.actor, ready=ready, **fields)

    def _condition(self, type: str, status: bool) -> Object:
        return {"type": type, "status": str(status), "lastTransitionTime": self.sim.timestamp}


def with_conditions(object: Object, conditions: list[Object]) -> Object:
    return {**object, "status": {**object["status"], "conditions": conditions}}


def set_pod(store: Store, pod: Object, by: Any, *, ready: bool, **fields: Any) -> Object:
    """Write a Pod's phase and Ready condition, as a kubelet does."""

    def change(current: Object) -> Object:
        status = current.get("status") or {}
        others = [entry for entry in status.get("conditions", ()) if entry["type"] != "Ready"]
        old = [entry for entry in status.get("conditions", ()) if entry["type"] == "Ready"]
        entry = {"type": "Ready", "status": str(ready), "lastTransitionTime": store.sim.timestamp}
        if old and old[0]["status"] == entry["status"]:
            entry = old[0]
        return {**current, "status": {**status, **fields, "conditions": [*others, entry]}}

    meta = pod["metadata"]
    return store.patch("Pod", meta["name"], meta["namespace"], change, by=by, status=True)


class Cluster:
    """Everything of the control plane, and `nodes` fake kubelets."""

    def __init__(self, nodes: int = 3, *, seed: int = 0, history: bool = True, **options: Any) -> None:
        self.sim = Simulation(seed=seed, history=history)
        self.registry = Registry()
        self.store = Store(self.sim, self.registry)
        self.control_plane = ControlPlane(self.sim, self.store, self.registry, Options(**options))
        admission.install(self.store)
        self.control_plane.start()
        self.user = self.sim.actor("user")
        self.kubelets = [Kubelet(self.sim, self.store, f"node-{n}", n) for n in range(1, nodes + 1)]

    def apply(self, *objects: Object) -> None:
        for object in objects:
            self.store.create(object, by=self.user)

    def run(self, seconds: float) -> None:
        self.sim.run(self.sim.now + seconds)

    def pods(self) -> dict[str, Object]:
        return {pod["metadata"]["name"]: pod for pod in self.store.list("Pod")}

    def ready_pods(self) -> list[str]:
        return [name for name, pod in self.pods().items() if is_ready(pod)]

    def change(self, kind: str, name: str, **spec: Any) -> Object:
        return self.store.patch(
            kind, name, "default", lambda old: {**old, "spec": {**old["spec"], **spec}}, by=self.user
        )

    def delete(self, kind: str, name: str, **deletion: Any) -> Object:
        return self.store.delete(kind, name, by=self.user, deletion=Deletion(**deletion))

    def events(self, about: str = "", reason: str = "") -> list[str]:
        return [
            event["message"]
            for event in sorted(self.store.list("Event"), key=lambda e: int(e["metadata"]["resourceVersion"]))
            if about in ("", event["involvedObject"]["name"]) and reason in ("", event["reason"])
        ]

    def writes(self, verb: str, kind: str) -> list[str]:
        """The names of the objects of a kind that were created or deleted, in order."""
        return [
            record.object.rpartition("/")[2]
            for record in self.sim.history
            if record.verb == verb and record.object.startswith(f"{kind}/")
        ]


def is_ready(pod: Object) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or []
    return any(entry["type"] == "Ready" and entry["status"] == "True" for entry in conditions)


def stateful_set(name: str = "web", replicas: int = 3, claims: bool = False, **spec: Any) -> Object:
    template: Object = {
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [{"name": "main", "image": "registry.k8s.io/pause:3.9"}]},
    }
    body: Object = {
        "replicas": replicas,
        "serviceName": name,
        "selector": {"matchLabels": {"app": name}},
        "template": template,
        **spec,
    }
    if claims:
        body["volumeClaimTemplates"] = [
            {
                "metadata": {"name": "data"},
                "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
            }
        ]
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": name}, "spec": body}


def service(name: str = "web", *, headless: bool = True, **spec: Any) -> Object:
    body: Object = {"selector": {"app": "web"}, "ports": [{"name": "web", "port": 80}], **spec}
    if headless:
        body["clusterIP"] = "None"
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": body}


def priority_class(name: str, value: int, **fields: Any) -> Object:
    meta = {"name": name}
    return {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": meta, "value": value, **fields}
