"""Cases of nodes that fail, return, are drained or given up, on the whole cluster."""

from __future__ import annotations

import pytest

from simk8s.api.objects import Object, condition, dig, is_terminating
from tests.conformance import case
from tests.conformance.web import A, B, Web, is_ready


def node_of(web: Web, ordinal: int) -> str:
    return str(web.pod(ordinal)["spec"]["nodeName"])


def lost(web: Web, ordinal: int = 1, *, seconds: float = 60) -> Web:
    """The node of that Pod loses its power."""
    web.cluster.power_off(node_of(web, ordinal))
    return web.run(seconds)


def spread(**how: object) -> Web:
    """Three Ready Pods on a node each."""
    web = Web(3, **how).ready()  # type: ignore[arg-type]
    assert len({node_of(web, ordinal) for ordinal in range(3)}) == 3
    return web


def addresses(web: Web) -> int:
    """How many Pods the Service's name resolves to."""
    return len(web.exec(0, "getent ahostsv4 test | sort -u -k1,1").splitlines())


@case("N-1")
@pytest.mark.parametrize(("grace", "before", "after"), [(50, 49, 66), (40, 39, 56)])
def test_n_1_a_node_that_loses_power_is_not_ready_and_neither_are_its_pods(
    grace: int, before: float, after: float
) -> None:  # NODE-2, NODE-3, NODE-4, VER-6, TIME-11
    web = spread(options={"node_monitor_grace_period_seconds": grace})
    node = node_of(web, 1)
    off = web.cluster.now
    lost(web, seconds=before - 10)
    assert is_ready(web.pod(1))
    while is_ready(web.pod(1)):
        web.run(1)
    assert before - 10 <= web.cluster.now - off <= after  # the last heartbeat may have been 10 s before the end
    web.run(5)
    assert [line.split()[1] for line in web.kubectl(f"get node {node}").splitlines()[1:]] == ["NotReady"]
    assert web.table().splitlines()[2].split()[:3] == ["ss-1", "1/1", "Running"]
    assert web.status["readyReplicas"] == 2
    assert addresses(web) == 2
    taints = {(taint["key"], taint["effect"]) for taint in dig(web.cluster.get("Node", node, ""), "spec", "taints")}
    assert taints == {("node.kubernetes.io/unreachable", effect) for effect in ("NoSchedule", "NoExecute")}


def given_up(**how: object) -> Web:
    """N-2: ... and five minutes pass."""
    return lost(spread(**how), seconds=400)


@case("N-2")
def test_n_2_its_pod_stays_terminating_and_is_not_replaced() -> None:  # NODE-5, NODE-6
    web = given_up()
    mark = web.mark
    web.run(1800)
    assert is_terminating(web.pod(1))
    assert web.table().splitlines()[2].split()[:3] == ["ss-1", "1/1", "Terminating"]
    assert web.acts(mark) == []


@case("N-3")
def test_n_3_when_the_node_returns_the_pod_ends_and_is_replaced() -> None:  # NODE-7 a, NODE-11
    web = given_up()
    uid, node = web.uids()[1], node_of(web, 1)
    web.cluster.power_on(node)
    web.run(60).ready()
    assert web.uids()[1] != uid
    assert dig(web.cluster.get("Node", node, ""), "spec", "taints") is None
    ready = condition(web.cluster.get("Node", node, "") or {}, "Ready") or {}
    assert (ready["reason"], ready["message"]) == ("KubeletReady", "kubelet is posting ready status")


def force_delete(web: Web, ordinal: int = 1) -> str:
    return web.kubectl(f"delete pod ss-{ordinal} --grace-period=0 --force")


@case("N-4")
def test_n_4_a_network_disk_follows_after_six_minutes() -> None:  # NODE-7 c, VOL-22, VOL-24
    web = given_up(claims=True, storage="cloud")
    old = node_of(web, 1)
    assert "Immediate deletion does not wait for confirmation" in force_delete(web)
    gone = web.cluster.now
    web.run(60)
    assert node_of(web, 1) != old
    volume = web.claim(1)["spec"]["volumeName"]
    (multi_attach,) = web.events("ss-1", "FailedAttachVolume")
    assert multi_attach.startswith(f'Multi-Attach error for volume "{volume}" Volume is already')
    web.run(250)
    assert dig(web.pod(1), "status", "phase") == "Pending"
    web.run(120)
    attached = next(
        record.time
        for record in web.cluster.history
        if record.verb == "create"
        and f'AttachVolume.Attach succeeded for volume "{volume}"' in str(record.detail)
        and record.time > gone
    )
    assert attached >= gone + 360
    assert is_ready(web.run(60).pod(1))


@case("N-5")
def test_n_5_a_node_local_volume_holds_the_replacement_back() -> None:  # NODE-8
    web = given_up(claims=True)
    node = node_of(web, 1)
    force_delete(web)
    web.run(600)
    assert "nodeName" not in web.pod(1)["spec"]
    message = web.events("ss-1", "FailedScheduling")[-1]
    assert "1 node(s) had untolerated taint(s), 2 node(s) had volume node affinity conflict" in message
    web.cluster.power_on(node)
    web.run(120)
    assert is_ready(web.pod(1))


@case("N-6")
def test_n_6_the_out_of_service_taint_frees_pod_and_volume() -> None:  # NODE-7 d, VOL-23
    web = given_up(claims=True, storage="cloud")
    node, uid = node_of(web, 1), web.uids()[1]
    web.kubectl(f"taint node {node} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute")
    web.run(21)
    assert web.uids()[1] != uid
    web.run(60)
    assert is_ready(web.pod(1))
    assert node_of(web, 1) != node


@case("N-7")
def test_n_7_deleting_the_node_object_frees_the_pod() -> None:  # NODE-7 b, NODE-12, TIME-12
    web = given_up()
    node, uid, mark = node_of(web, 1), web.uids()[1], web.mark
    deleted = web.cluster.now
    web.kubectl(f"delete node {node}")
    web.run(120)
    old = [(record.time, pods.get("ss-1")) for record, pods in web.versions(mark)]
    phases = {dig(pod, "status", "phase") for _, pod in old if pod and pod["metadata"]["uid"] == uid}
    assert "Failed" in phases
    gone = next(time for time, pod in old if pod is None or pod["metadata"]["uid"] != uid)
    assert 40 <= gone - deleted <= 80
    assert is_ready(web.pod(1))
    assert node_of(web, 1) != node


@case("N-8")
def test_n_8_a_cluster_of_one_node_evicts_nothing() -> None:  # NODE-9
    web = Web(3, nodes=1).ready()
    web.cluster.power_off("node-1")
    web.run(3600)
    assert [is_terminating(pod) for pod in web.pods().values()] == [False] * 3
    assert [dig(pod, "status", "phase") for pod in web.pods().values()] == ["Running"] * 3
    assert web.status["readyReplicas"] == 0


@case("N-9")
def test_n_9_a_short_outage_deletes_nothing() -> None:  # NODE-10
    web = spread()
    uids, node = web.uids(), node_of(web, 1)
    lost(web, seconds=170)
    web.cluster.power_on(node)
    web.run(600)
    assert web.uids() == uids
    assert all(is_ready(pod) for pod in web.pods().values())
    assert web.events("ss-1", "TaintManagerEviction") == ["Cancelling deletion of Pod default/ss-1"]


@pytest.mark.parametrize("change", ["scale", "image"])
@case("N-10")
def test_n_10_a_lost_pod_blocks_scaling_and_updates(change: str) -> None:  # STS-43
    web = lost(spread())
    mark = web.mark
    if change == "scale":
        web.scale(5)
    else:
        web.image(B)
    web.run(1200)
    assert web.acts(mark) == []
    assert web.images() == [A] * 3


def budget(web: Web, minimum: int) -> None:
    spec = {"minAvailable": minimum, "selector": {"matchLabels": {"app": "ss"}}}
    web.cluster.apply(
        {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "ss"}, "spec": spec}
    )
    web.run(5)


SCRATCH: Object = {"volumes": [{"name": "scratch", "emptyDir": {}}]}


@case("N-11")
def test_n_11_a_drain_waits_for_the_budget() -> None:  # NODE-14, NODE-15, TIME-15
    web = spread(pod=SCRATCH)
    budget(web, 3)
    node = node_of(web, 2)
    said = web.kubectl(f"drain {node}", status=1)
    assert "cannot delete Pods with local storage (use --delete-emptydir-data to override): default/ss-2" in said
    uids = web.uids()
    said = web.kubectl(f"drain {node} --delete-emptydir-data --timeout=24s", status=1)
    refusal = "Cannot evict pod as it would violate the pod's disruption budget."
    assert f'error when evicting pods/"ss-2" -n "default" (will retry after 5s): {refusal}' in said
    assert said.count(refusal) == 5  # at once, and every five seconds for 24
    assert web.uids() == uids


@case("N-12")
def test_n_12_a_drain_without_a_budget_moves_the_pod() -> None:  # NODE-14, STS-43
    web = spread(claims=True, storage="cloud", pod=SCRATCH)
    node, uid = node_of(web, 2), web.uids()[2]
    said = web.kubectl(f"drain {node} --delete-emptydir-data")
    assert f"node/{node} cordoned" in said
    assert "evicting pod default/ss-2" in said
    assert "pod/ss-2 evicted" in said
    assert f"node/{node} drained" in said
    web.run(120)
    assert web.uids()[2] != uid
    assert is_ready(web.pod(2))
    assert node_of(web, 2) != node
    assert f"{node} Ready,SchedulingDisabled" in " ".join(web.kubectl(f"get node {node}").split())  # NODE-13
