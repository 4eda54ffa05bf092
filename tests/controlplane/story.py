"""Random stories of a StatefulSet: people scale, delete and update, Pods fail, nodes are lost and come back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, controller_of, dig, is_terminating
from simk8s.api.world import World
from simk8s.controlplane.network.dns import Answer
from simk8s.sim import Record
from tests.controlplane.bare_cluster import Cluster, is_ready, service, stateful_set

ORDINALS = st.integers(0, 4)
NODES = st.integers(0, 2)
SCALE = st.tuples(st.just("scale"), ORDINALS)
IMAGE = st.tuples(st.just("image"), st.integers(0, 3))
STEP = st.one_of(
    SCALE,
    IMAGE,
    st.tuples(st.sampled_from(["delete", "force", "unready", "fail"]), ORDINALS),
    st.tuples(st.sampled_from(["power off", "power on"]), NODES),
)
Step = tuple[tuple[str, int], float]
STEPS = st.lists(st.tuples(STEP, st.one_of(st.floats(0.01, 8), st.floats(30, 400))), max_size=8)
PEACEFUL = st.lists(st.tuples(st.one_of(SCALE, IMAGE), st.floats(0.01, 12)), max_size=6)
"""Nobody deletes anything, nothing fails."""
SEEDS = st.integers(0, 5)


@dataclass
class Story:
    """A set `web` of three, what happened to it, and what names meant meanwhile."""

    cluster: Cluster
    answers: list[tuple[float, str, Answer]] = field(default_factory=list)
    """When a Pod's name was asked for, and what the answer was."""
    unready: set[str] = field(default_factory=set)

    def pass_time(self, seconds: float) -> None:
        end = self.cluster.sim.now + seconds
        while self.cluster.sim.now < end:
            self.cluster.run(min(end - self.cluster.sim.now, 0.5 if seconds < 30 else 5))
            for ordinal in range(5):
                name = f"web-{ordinal}.web.default.svc.cluster.local"
                self.answers.append(
                    (self.cluster.sim.now, f"web-{ordinal}", self.cluster.control_plane.dns.lookup(name))
                )

    def do(self, what: str, value: int) -> None:
        c, name = self.cluster, f"web-{value}"
        match what:
            case "scale":
                c.change("StatefulSet", "web", replicas=value)
            case "image":
                old = c.store.get("StatefulSet", "web")["spec"]["template"]
                container = {**old["spec"]["containers"][0], "image": f"image-{value}"}
                c.change("StatefulSet", "web", template={**old, "spec": {**old["spec"], "containers": [container]}})
            case "delete":
                c.delete("Pod", name)
            case "force":
                c.delete("Pod", name, grace_seconds=0)
            case "unready" | "fail":
                self.report(c.store.get("Pod", name), "Running" if what == "unready" else "Failed", ready=False)
            case "power off":
                c.kubelets[value].power_off()
            case "power on" if not c.kubelets[value].is_alive:
                c.kubelets[value].power_on()

    def report(self, pod: Object, phase: str, *, ready: bool) -> None:
        """Let the Pod's kubelet say this of it."""
        for kubelet in self.cluster.kubelets:
            if kubelet.node == dig(pod, "spec", "nodeName") and not is_terminating(pod):
                kubelet.set_status(pod, ready=ready, phase=phase)

    def repair(self) -> None:
        """All nodes are on, and kubelets report the truth again."""
        for kubelet in self.cluster.kubelets:
            if not kubelet.is_alive:
                kubelet.power_on()
        self.pass_time(20)
        for pod in self.cluster.pods().values():
            if dig(pod, "status", "phase") == "Running":
                self.report(pod, "Running", ready=True)

    # What is seen afterwards

    def versions(self) -> Iterator[tuple[Record, World]]:
        """Every write with the world after it."""
        world = World()
        for record in self.cluster.sim.history:
            if world.apply(record):
                yield record, world

    def moments(self, kind: str) -> list[tuple[float, Record, dict[str, Object]]]:
        """Each write of that kind, with all objects of the kind by name after it."""
        return [
            (record.time, record, named(world, kind))
            for record, world in self.versions()
            if record.object.startswith(f"{kind}/")
        ]


def named(world: World, kind: str) -> dict[str, Object]:
    return {place.rpartition("/")[2]: o for place, o in world.objects.items() if place.startswith(f"{kind}/")}


def tell(policy: str, seed: int, steps: list[Step], *, settle: float = 120, claims: bool = True, **spec: Any) -> Story:
    """Do all that to a set of three, then leave it in peace."""
    cluster = Cluster(seed=seed)
    cluster.apply(service(), stateful_set(claims=claims, podManagementPolicy=policy, **spec))
    story = Story(cluster)
    for (what, value), pause in steps:
        story.pass_time(pause)
        try:
            story.do(what, value)
        except ApiError:
            pass
    story.pass_time(5)
    story.repair()
    story.pass_time(settle)
    return story


_TOLD: dict[str, Story] = {}
_MOST = 50


def told(policy: str, seed: int, steps: list[Step]) -> Story:
    """The same for whoever only looks at it afterwards: told once, as long as few others are."""
    key = repr((policy, seed, steps))
    if key not in _TOLD:
        if len(_TOLD) == _MOST:
            del _TOLD[next(iter(_TOLD))]
        _TOLD[key] = tell(policy, seed, steps)
    return _TOLD[key]


def ordinal_of(name: str) -> int:
    return int(name.rpartition("-")[2])


def owned(pods: dict[str, Object]) -> dict[str, Object]:
    return {name: pod for name, pod in pods.items() if controller_of(pod) is not None}


def well(pod: Object | None) -> bool:
    """Running, Ready and staying."""
    return pod is not None and is_ready(pod) and not is_terminating(pod)
