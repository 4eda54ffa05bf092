"""Harness F of the card: the whole cluster, with the fixtures F-WEB and F-WEBPVC in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from simk8s import Cluster
from simk8s.api.objects import Object, condition, dig, is_terminating
from simk8s.api.world import World
from simk8s.sim import Actor, Record

A, B, C = "nginx:1.25", "nginx:1.26", "nginx:1.27"
PAGE = "/usr/share/nginx/html/index.html"
HTTP_PROBE = {"httpGet": {"path": "/index.html", "port": 80}, "periodSeconds": 1, "failureThreshold": 1}
MARKER_PROBE = {"exec": {"command": ["test", "-f", "/data/ready"]}, "periodSeconds": 1, "failureThreshold": 1}


class Web:
    """A set of web servers whose readiness the test can break Pod by Pod.

    `spec` is merged into the set's, `pod` into its Pod template's; `beside` are more containers. With `claims`, Pods
    are not Ready before `release`; what was released once is Ready again by itself, for the marker lies on the volume.
    """

    def __init__(
        self,
        replicas: int = 3,
        *,
        claims: bool = False,
        name: str = "ss",
        pod: Object | None = None,
        beside: Sequence[Object] = (),
        nodes: int = 3,
        storage: str = "kind",
        options: Object | None = None,
        **spec: Any,
    ) -> None:
        self.cluster = Cluster(nodes=nodes, storage=storage, **(options or {}))
        self.name = name
        self.claims = claims
        self.actor: Actor = self.cluster.sim.actor("test")
        container: Object = {"name": "webserver", "image": A, "readinessProbe": HTTP_PROBE}
        body: Object = {
            "replicas": replicas,
            "serviceName": "test",
            "selector": {"matchLabels": {"app": name}},
            "updateStrategy": {"type": "RollingUpdate"},
        }
        if claims:
            container |= {"readinessProbe": MARKER_PROBE, "volumeMounts": [{"name": "datadir", "mountPath": "/data"}]}
            resources = {"requests": {"storage": "1Gi"}}
            template = {"metadata": {"name": "datadir"}, "spec": {"accessModes": ["ReadWriteOnce"]}}
            template["spec"]["resources"] = resources  # type: ignore[index]
            body["volumeClaimTemplates"] = [template]
        template_spec = {"containers": [container, *beside], "terminationGracePeriodSeconds": 5, **(pod or {})}
        body["template"] = {"metadata": {"labels": {"app": name}}, "spec": template_spec}
        headless = {"clusterIP": "None", "selector": {"app": name}, "ports": [{"name": "http", "port": 80}]}
        self.cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "test"}, "spec": headless})
        self.object: Object = {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": name, "labels": {"app": name}},
            "spec": {**body, **spec},
        }
        self.cluster.apply(self.object)

    # Time

    def run(self, seconds: float = 60) -> Web:
        self.cluster.run(seconds)
        return self

    def ready(self) -> Web:
        """Until all Pods that are wanted are Ready; those that wait for a marker get it."""
        for _ in range(60):
            self.run(10)
            if self.claims:
                self.release(*(o for o, pod in self.pods().items() if not is_ready(pod)))
            up = self.pods()
            if len(up) == self.spec["replicas"] and all(is_ready(pod) for pod in up.values()):
                return self.run(60)
        raise AssertionError(self.table())

    # What people do

    def kubectl(self, command: str, *, status: int = 0) -> str:
        done = self.cluster.kubectl(command)
        assert done.status == status, done.stderr
        return done.stdout + done.stderr

    def change(self, **spec: Any) -> Web:
        return self.edit("StatefulSet", self.name, lambda old: {**old, "spec": {**old["spec"], **spec}})

    def edit(self, kind: str, name: str, change: Any) -> Web:
        store = self.cluster.world.store
        store.patch(kind, name, "" if kind == "Node" else "default", change, by=self.actor)
        return self

    def edit_meta(self, kind: str, name: str, **meta: Any) -> Web:
        return self.edit(kind, name, lambda old: {**old, "metadata": {**old["metadata"], **meta}})

    def image(self, image: str) -> Web:
        self.kubectl(f"set image statefulset/{self.name} webserver={image}")
        return self

    def scale(self, replicas: int) -> Web:
        self.kubectl(f"scale statefulset/{self.name} --replicas={replicas}")
        return self

    def strategy(self, partition: int, **more: Any) -> Web:
        block = {"partition": partition, **more}
        return self.change(updateStrategy={"type": "RollingUpdate", "rollingUpdate": block})

    def delete(self, *ordinals: int) -> Web:
        """Delete Pods by hand, without waiting."""
        self.kubectl("delete --wait=false " + " ".join(f"pod/{self.name}-{ordinal}" for ordinal in ordinals))
        return self

    def break_readiness(self, *ordinals: int) -> Web:
        for ordinal in ordinals:
            self.exec(ordinal, f"mv {PAGE} /tmp/away" if not self.claims else "rm -f /data/ready")
        return self.run(5)

    def repair(self, *ordinals: int) -> Web:
        for ordinal in ordinals:
            self.exec(ordinal, f"mv /tmp/away {PAGE}" if not self.claims else "touch /data/ready")
        return self

    def release(self, *ordinals: int) -> Web:
        """Put the marker that the Pod's readiness waits for onto its volume, as soon as the Pod runs."""
        for ordinal in ordinals:
            if dig(self.pods().get(ordinal), "status", "phase") == "Running":
                self.exec(ordinal, "touch /data/ready")
        return self.run(3)

    def exec(self, ordinal: int, script: str) -> str:
        done = self.cluster.exec(f"{self.name}-{ordinal}", ["sh", "-c", script], container="webserver")
        assert done.status == 0, done
        return done.stdout

    # What there is

    @property
    def set(self) -> Object:
        found = self.cluster.get("StatefulSet", self.name)
        assert found is not None
        return found

    @property
    def spec(self) -> Object:
        return dict(self.set["spec"])

    @property
    def status(self) -> Object:
        return dict(self.set["status"])

    def pods(self) -> dict[int, Object]:
        found = {}
        for pod in self.cluster.world.store.list("Pod", "default"):
            parent, _, ordinal = pod["metadata"]["name"].rpartition("-")
            if parent == self.name:
                found[int(ordinal)] = pod
        return dict(sorted(found.items()))

    def pod(self, ordinal: int) -> Object:
        return self.pods()[ordinal]

    def uids(self) -> dict[int, str]:
        return {ordinal: pod["metadata"]["uid"] for ordinal, pod in self.pods().items()}

    def images(self) -> list[str]:
        return [pod["spec"]["containers"][0]["image"] for pod in self.pods().values()]

    def revisions(self) -> list[str]:
        return [pod["metadata"]["labels"]["controller-revision-hash"] for pod in self.pods().values()]

    def history(self) -> list[str]:
        """The names of the ControllerRevisions by number."""
        found = self.cluster.world.store.list("ControllerRevision", "default")
        return [r["metadata"]["name"] for r in sorted(found, key=lambda r: int(r["revision"]))]

    def claims_left(self) -> list[str]:
        return sorted(c["metadata"]["name"] for c in self.cluster.world.store.list("PersistentVolumeClaim", "default"))

    def claim(self, ordinal: int) -> Object:
        found = self.cluster.get("PersistentVolumeClaim", f"datadir-{self.name}-{ordinal}")
        assert found is not None
        return found

    def table(self) -> str:
        return self.cluster.kubectl("get pods").stdout

    def events(self, about: str, *reasons: str) -> list[str]:
        store = self.cluster.world.store
        found = sorted(store.list("Event"), key=lambda event: int(event["metadata"]["name"].rpartition(".")[2], 16))
        return [
            event["message"]
            for event in found
            if event["involvedObject"]["name"] == about and (not reasons or event["reason"] in reasons)
        ]

    def versions(self, since: int = 0, kind: str = "Pod") -> Iterator[tuple[Record, dict[str, Object]]]:
        """Each write of an object of that kind, with all objects of the kind, by name, after it."""
        world = World()
        for record in self.cluster.history:
            if world.apply(record) and record.seq >= since and record.object.startswith(f"{kind}/"):
                there = {key.rpartition("/")[2]: o for key, o in world.objects.items() if key.startswith(f"{kind}/")}
                yield record, there

    def readied(self, since: int = 0) -> list[tuple[float, str]]:
        """When which Pod became Ready."""
        found, before = [], set[str]()
        for record, pods in self.versions(since):
            now = {name for name, pod in pods.items() if is_ready(pod)}
            found += [(record.time, name) for name in sorted(now - before)]
            before = now
        return found

    @property
    def mark(self) -> int:
        """Now, as a place in history."""
        return len(self.cluster.history)

    def acts(self, since: int = 0) -> list[str]:
        """The controller's writes of Pods in order: `create 0`, `delete 2`."""
        return [act for _, act in self.timed_acts(since)]

    def timed_acts(self, since: int = 0) -> list[tuple[float, str]]:
        return [
            (record.time, f"{'create' if record.verb == 'create' else 'delete'} {record.object.rpartition('-')[2]}")
            for record in self.cluster.history.records[since:]
            if record.actor == "statefulset-controller" and record.object.startswith("Pod/") and is_act(record)
        ]


def is_act(record: Record) -> bool:
    """A create, a delete, or the write that asks for a deletion with a grace period."""
    if record.verb in ("create", "delete"):
        return True
    return record.verb == "update" and "deletionTimestamp" in str(record.detail)


def is_ready(pod: Object) -> bool:
    return (condition(pod, "Ready") or {}).get("status") == "True" and not is_terminating(pod)
