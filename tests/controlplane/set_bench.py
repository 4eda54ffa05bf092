"""Harness U of the cards: the store and the StatefulSet controller alone. The test plays kubelet."""

from __future__ import annotations

from typing import Any

from simk8s.api import admission
from simk8s.api.deletion import Deletion
from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, labels, uid
from simk8s.api.resources import Registry
from simk8s.api.store import Store, Write
from simk8s.controlplane.informer import Informers
from simk8s.controlplane.options import Options
from simk8s.controlplane.statefulset import StatefulSets
from simk8s.controlplane.statefulset.roster import REVISION_LABEL
from simk8s.sim import Actor, Simulation
from tests.controlplane.bare_cluster import is_ready, set_pod, stateful_set

QUIET_SECONDS = 60.0


class Bench:
    """One set named `foo`, and what happens to its Pods."""

    def __init__(self, replicas: int = 3, *, options: Options | None = None, start: bool = True, **spec: Any) -> None:
        self.sim = Simulation()
        self.store = Store(self.sim, Registry())
        self.user = self.sim.actor("user")
        self.failures: list[tuple[str, str, int]] = []
        self.refusal = ApiError("InternalError", 500, "the API server is unwell")
        self.status_writes: list[str] = []
        """What became of each attempt to write the set's status: "stored", or the reason of the refusal."""
        self._status_failures: list[ApiError] = []
        self.store.admission.append(self.fail)
        caches = self.caches = Informers(self.store, "kube-controller-manager")
        self._write_status = self.store.update_status
        self.store.update_status = self._update_status  # type: ignore[method-assign]
        self.sets = StatefulSets(self.store, caches, options or Options())
        admission.install(self.store)
        caches.start()
        if start:
            self.store.create(stateful_set("foo", replicas, **spec), by=self.user)
            self.settle()

    def fail_next(self, operation: str, kind: str, times: int = 1) -> None:
        """Let the controller's next requests of that sort fail."""
        self.failures.append((operation, kind, times))

    def fail(self, write: Write) -> None:
        for index, (operation, kind, times) in enumerate(self.failures):
            if times and (write.operation, write.resource.kind) == (operation, kind):
                self.failures[index] = (operation, kind, times - 1)
                raise self.refusal

    def fail_reads(self) -> None:
        """Let no claim be read."""

        def refuse(where: object) -> None:
            raise self.refusal

        self.caches.of("PersistentVolumeClaim").at = refuse  # type: ignore[method-assign, assignment]

    def fail_status(self, times: int, reason: str = "InternalError") -> None:
        """Let the next writes of the set's status be refused."""
        code = 409 if reason == "Conflict" else 500
        self._status_failures += [ApiError(reason, code, "the status cannot be written")] * times

    def _update_status(self, object: Object, *, by: Actor, dry_run: bool = False) -> Object:
        if object["kind"] == "StatefulSet":
            self.status_writes.append(self._status_failures[0].reason if self._status_failures else "stored")
            if self._status_failures:
                raise self._status_failures.pop(0)
        return self._write_status(object, by=by, dry_run=dry_run)

    def settle(self, seconds: float = QUIET_SECONDS) -> None:
        """Let the controller do all that it wants to do now."""
        self.sim.run(self.sim.now + seconds)

    @property
    def set(self) -> Object:
        return self.store.get("StatefulSet", "foo")

    @property
    def status(self) -> Object:
        status: Object = self.set["status"]
        return status

    def pods(self) -> dict[int, Object]:
        pods = {int(pod["metadata"]["name"].rpartition("-")[2]): pod for pod in self.store.list("Pod")}
        return dict(sorted(pods.items()))

    def ordinals(self) -> list[int]:
        return list(self.pods())

    def pod(self, ordinal: int) -> Object:
        return self.store.get("Pod", f"foo-{ordinal}")

    def ready(self, *ordinals: int, ready: bool = True) -> None:
        """Make these Pods Running and Ready (or not), then let the controller react."""
        for ordinal in ordinals:
            set_pod(self.store, self.pod(ordinal), self.user, ready=ready, phase="Running")
        self.settle()

    def phase(self, ordinal: int, phase: str) -> None:
        set_pod(self.store, self.pod(ordinal), self.user, ready=False, phase=phase)
        self.settle()

    def all_ready(self, rounds: int = 200) -> None:
        """Play a kubelet whose Pods always become Ready, until nothing changes."""
        for _ in range(rounds):
            waiting = [ordinal for ordinal, pod in self.pods().items() if not is_ready(pod)]
            if not waiting:
                self.settle()
                if all(is_ready(pod) for pod in self.pods().values()):
                    return
                continue
            self.ready(*waiting)
        raise AssertionError("it never came to rest")

    def remove(self, *ordinals: int) -> None:
        """Delete Pods by hand, all at the same moment."""
        for ordinal in ordinals:
            self.store.delete("Pod", f"foo-{ordinal}", by=self.user, deletion=Deletion(grace_seconds=0))
        self.settle()

    def terminate(self, ordinal: int) -> None:
        """Ask for the deletion of a Pod that will take its time: a finalizer holds it."""
        pod = self.pod(ordinal)
        meta = {**pod["metadata"], "finalizers": ["test/hold"]}
        self.store.update({**pod, "metadata": meta}, by=self.user)
        self.store.delete("Pod", f"foo-{ordinal}", by=self.user)
        self.settle()

    def let_go(self, ordinal: int) -> None:
        pod = self.pod(ordinal)
        self.store.update({**pod, "metadata": {**pod["metadata"], "finalizers": []}}, by=self.user)
        self.settle()

    def change(self, **spec: Any) -> None:
        self.store.patch(
            "StatefulSet", "foo", "default", lambda old: {**old, "spec": {**old["spec"], **spec}}, by=self.user
        )
        self.settle()

    def image(self, image: str, **spec: Any) -> None:
        """A new revision of the template."""
        template = self.set["spec"]["template"]
        container = {**template["spec"]["containers"][0], "image": image}
        template = {**template, "spec": {**template["spec"], "containers": [container]}}
        self.change(template=template, **spec)

    def images(self) -> list[str]:
        """The images of the Pods by ordinal."""
        return [pod["spec"]["containers"][0]["image"] for pod in self.pods().values()]

    def revisions(self) -> list[str]:
        return [labels(pod)[REVISION_LABEL] for pod in self.pods().values()]

    def history(self) -> list[Object]:
        """The ControllerRevisions by number."""
        return sorted(self.store.list("ControllerRevision"), key=lambda revision: int(revision["revision"]))

    def acts(self, since: int = 0) -> list[str]:
        """The controller's Pod writes in order: `create 0`, `delete 2`."""
        return [
            f"{record.verb} {record.object.rpartition('-')[2]}"
            for record in self.sim.history.records[since:]
            if record.actor == "statefulset-controller"
            and record.verb in ("create", "delete")
            and record.object.startswith("Pod/")
        ]

    @property
    def mark(self) -> int:
        return len(self.sim.history)

    def errors(self) -> list[str]:
        return [record.detail["error"] for record in self.sim.history if record.verb == "retry"]

    def told(self, *reasons: str) -> list[str]:
        events = sorted(self.store.list("Event"), key=lambda event: int(event["metadata"]["name"].split(".")[1], 16))
        return [event["message"] for event in events if not reasons or event["reason"] in reasons]

    def uid(self, ordinal: int) -> str:
        return uid(self.pod(ordinal))


POLICIES = ("OrderedReady", "Parallel")
