"""What always holds of a StatefulSet, whatever people and kubelets do to it (INV-1 to INV-11)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, dig, is_terminating, labels
from simk8s.api.world import World
from simk8s.sim import History, Record
from tests.conformance import case
from tests.controlplane.bare_cluster import Cluster, is_ready, service, stateful_set
from tests.controlplane.set_bench import POLICIES

ORDINALS = st.integers(0, 4)
STEP = st.one_of(
    st.tuples(st.just("scale"), ORDINALS),
    st.tuples(st.just("delete"), ORDINALS),
    st.tuples(st.just("unready"), ORDINALS),
    st.tuples(st.just("image"), st.integers(0, 3)),
    st.tuples(st.just("fail"), ORDINALS),
)
STEPS = st.lists(st.tuples(STEP, st.floats(0.01, 8)), max_size=8)
PEACEFUL = st.lists(st.tuples(st.tuples(st.just("scale"), ORDINALS), st.floats(0.01, 12)), max_size=6)


def run(policy: str, seed: int, steps: Any, *, claims: bool = True, settle: float = 120) -> Cluster:
    """Do all that to a set of three, then leave it in peace."""
    c = Cluster(seed=seed)
    c.apply(service(), stateful_set(claims=claims, podManagementPolicy=policy))
    unready: set[str] = set()
    for kubelet in c.kubelets:
        kubelet.holds_ready = lambda pod: pod["metadata"]["name"] not in unready
    for (what, value), pause in steps:
        c.run(pause)
        name = f"web-{value}"
        try:
            if what == "scale":
                c.change("StatefulSet", "web", replicas=value)
            elif what == "delete":
                c.delete("Pod", name)
            elif what == "image":
                old = c.store.get("StatefulSet", "web")["spec"]["template"]
                container = {**old["spec"]["containers"][0], "image": f"image-{value}"}
                c.change("StatefulSet", "web", template={**old, "spec": {**old["spec"], "containers": [container]}})
            else:
                pod = c.store.get("Pod", name)
                node = dig(pod, "spec", "nodeName")
                for kubelet in c.kubelets:
                    if kubelet.node == node and not is_terminating(pod):
                        kubelet.set_status(pod, ready=False, phase="Failed" if what == "fail" else "Running")
        except ApiError:
            pass
    # repair: kubelets report the truth again
    c.run(5)
    for pod in c.pods().values():
        node = dig(pod, "spec", "nodeName")
        for kubelet in c.kubelets:
            if kubelet.node == node and dig(pod, "status", "phase") == "Running":
                kubelet.set_status(pod, ready=True)
    c.run(settle)
    return c


def worlds(history: History) -> Any:
    """Every write with the world after it."""
    world = World()
    for record in history:
        if world.apply(record):
            yield record, world


def pods(world: World) -> list[Object]:
    return [object for place, object in world.objects.items() if place.startswith("Pod/")]


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 3), steps=STEPS)
def test_no_ordinal_ever_has_two_pods_and_each_is_as_its_name_says(policy: str, seed: int, steps: Any) -> None:
    c = run(policy, seed, steps)
    living: dict[str, str] = {}
    for record, _ in worlds(c.sim.history):
        if not record.object.startswith("Pod/"):
            continue
        if record.verb == "create":
            pod = record.detail["object"]
            name, uid = pod["metadata"]["name"], pod["metadata"]["uid"]
            assert record.object not in living  # INV-1
            assert uid not in living.values()
            living[record.object] = uid
            assert labels(pod)["statefulset.kubernetes.io/pod-name"] == name  # INV-2
            assert pod["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"] == f"data-{name}"
        elif record.verb == "delete":
            del living[record.object]


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 3), steps=STEPS)
def test_the_counts_of_the_status_always_make_sense(policy: str, seed: int, steps: Any) -> None:
    c = run(policy, seed, steps)
    observed = 0
    for record, world in worlds(c.sim.history):
        if record.object != "StatefulSet/default/web":
            continue
        set_ = world.objects[record.object]
        status = set_.get("status")
        if not status:
            continue
        counts = [status[f"{kind}Replicas"] for kind in ("ready", "current", "updated", "available")]
        assert all(0 <= count <= status["replicas"] for count in counts)  # INV-6
        assert status["availableReplicas"] <= status["readyReplicas"]
        assert observed <= status["observedGeneration"] <= set_["metadata"]["generation"]  # INV-7
        observed = status["observedGeneration"]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 5), steps=PEACEFUL)
@case("INV-3")
def test_inv_3_an_ordered_set_left_in_peace_has_no_gaps_and_no_pod_ready_before_its_predecessor(
    seed: int, steps: Any
) -> None:
    c = run("OrderedReady", seed, steps)
    for _, world in worlds(c.sim.history):
        ordinals = sorted(int(pod["metadata"]["name"].rpartition("-")[2]) for pod in pods(world))
        assert ordinals == list(range(len(ordinals)))
        ready = {int(pod["metadata"]["name"].rpartition("-")[2]) for pod in pods(world) if is_ready(pod)}
        assert ready == set(range(len(ready)))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 3), steps=STEPS)
@case("INV-8")
def test_inv_8_an_ordered_set_makes_or_scales_away_one_pod_a_sync(seed: int, steps: Any) -> None:
    c = run("OrderedReady", seed, steps)
    for sync in syncs(c.sim.history):
        made = [record for record in sync if record.verb == "create" and record.object.startswith("Pod/")]
        assert len(made) <= 1


def syncs(history: History) -> list[list[Record]]:
    """The controller's writes of Pods, cut where it went on because of something new that it had heard."""
    result: list[list[Record]] = [[]]
    for record in history:
        if record.actor == "statefulset-controller":
            if len(record.causes) > 1:
                result.append([])
            result[-1].append(record)
    return result


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 3), steps=STEPS)
def test_left_in_peace_it_comes_to_what_was_asked_for(policy: str, seed: int, steps: Any) -> None:
    steps = [step for step in steps if step[0][0] != "unready"]
    c = run(policy, seed, steps, settle=250)
    set_ = c.store.get("StatefulSet", "web")
    assert c.ready_pods() == [f"web-{ordinal}" for ordinal in range(set_["spec"]["replicas"])]
    status = set_["status"]
    assert status["readyReplicas"] == status["updatedReplicas"] == status["replicas"] == set_["spec"]["replicas"]
    assert status["currentRevision"] == status["updateRevision"]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 3), steps=STEPS)
@case("INV-4")
def test_inv_4_while_people_delete_nothing_claims_outlive_pods(seed: int, steps: Any) -> None:  # STS-54
    c = run("OrderedReady", seed, steps)
    assert c.writes("delete", "PersistentVolumeClaim") == []
    for pod in c.pods().values():
        claim = c.store.get("PersistentVolumeClaim", f"data-{pod['metadata']['name']}")
        assert not is_ready(pod) or claim["status"]["phase"] == "Bound"


@pytest.mark.parametrize("policy", POLICIES)
def test_the_same_seed_gives_the_same_history(policy: str) -> None:
    steps = [(("scale", 5), 9.0), (("delete", 1), 4.0), (("image", 2), 30.0), (("scale", 1), 3.0)]
    first, second, other = (run(policy, seed, steps).sim.history for seed in (1, 1, 2))
    assert first.sha256() == second.sha256() != other.sha256()
