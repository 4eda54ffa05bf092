"""Which node a Pod gets, and what people read when it gets none (SCHED-1 to SCHED-12)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, condition
from simk8s.controlplane.scheduler.node import pod_info
from tests.conformance import case
from tests.controlplane.bare_cluster import Cluster, Kubelet, priority_class, service, stateful_set


def pod(name: str = "p", cpu: str = "", **spec: Any) -> Object:
    container: Object = {"name": "c", "image": "i"}
    if cpu:
        container["resources"] = {"requests": {"cpu": cpu}}
    labels = spec.pop("labels", {"app": "x"})
    meta = {"name": name, "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"containers": [container], **spec}}


def node_of(c: Cluster, name: str = "p") -> str | None:
    node: str | None = c.store.get("Pod", name)["spec"].get("nodeName")
    return node


def refusals(c: Cluster, name: str = "p") -> list[str]:
    return c.events(name, "FailedScheduling")


def spec(c: Cluster, node: str, **fields: Any) -> None:
    c.store.patch("Node", node, "", lambda old: {**old, "spec": {**old["spec"], **fields}}, by=c.user)


HELPLESS = "Preemption is not helpful for scheduling"
NO_VICTIMS = "No preemption victims found for incoming pod"


def test_a_pod_is_assigned_and_people_are_told() -> None:  # SCHED-2
    c = Cluster()
    c.apply(pod())
    c.run(2)
    node = node_of(c)
    assert c.events("p", "Scheduled") == [f"Successfully assigned default/p to {node}"]
    condition = c.store.get("Pod", "p")["status"]["conditions"][0]
    assert (condition["type"], condition["status"]) == ("PodScheduled", "True")


def test_pods_of_one_set_are_spread_over_the_nodes() -> None:  # SCHED-8
    c = Cluster()
    c.apply(service(), stateful_set(replicas=9, podManagementPolicy="Parallel"))
    c.run(20)
    assert sorted(Counter(pod["spec"]["nodeName"] for pod in c.pods().values()).values()) == [3, 3, 3]


def test_ties_are_a_free_choice() -> None:  # SCHED-8
    nodes = set()
    for seed in range(12):
        c = Cluster(seed=seed)
        c.apply(pod())
        c.run(2)
        nodes.add(node_of(c))
    assert nodes == {"node-1", "node-2", "node-3"}


@case("SC-1")
def test_sc_1_too_little_cpu_everywhere() -> None:  # SCHED-10
    c = Cluster()
    c.apply(*(pod(f"other-{number}", cpu="7500m") for number in range(3)))
    c.run(1)
    c.apply(pod(cpu="600m"))
    c.run(2)
    head = "0/3 nodes are available: "
    assert refusals(c) == [f"{head}3 Insufficient cpu. preemption: {head}3 {NO_VICTIMS}."]
    condition = c.store.get("Pod", "p")["status"]["conditions"][0]
    assert (condition["status"], condition["reason"]) == ("False", "Unschedulable")
    assert condition["message"] == refusals(c)[0]


@case("SC-2")
def test_sc_2_a_freed_node_is_used_within_ten_seconds() -> None:  # SCHED-9, TIME-10
    c = Cluster(nodes=1)
    c.apply(pod("big", cpu="8"), pod(cpu="1"))
    c.run(30)
    assert node_of(c) is None
    c.delete("Pod", "big")
    c.run(12)
    assert node_of(c) == "node-1"


def test_terminating_pods_still_take_room() -> None:  # SCHED-3
    c = Cluster(nodes=1)
    c.kubelets[0].stop_seconds = 25
    c.apply(pod("big", cpu="8"), pod(cpu="1"))
    c.run(10)
    c.delete("Pod", "big")
    c.run(20)
    assert node_of(c) is None


def test_a_refused_pod_is_not_tried_over_and_over() -> None:  # SCHED-9
    c = Cluster()
    c.apply(pod(cpu="9"))
    c.run(600)
    (event,) = (e for e in c.store.list("Event") if e["reason"] == "FailedScheduling")
    assert event["count"] in (2, 3)  # at once, then after five minutes each time


@case("SC-3")
def test_sc_3_required_anti_affinity_by_host_name() -> None:  # SCHED-6
    term = {"labelSelector": {"matchLabels": {"app": "web"}}, "topologyKey": "kubernetes.io/hostname"}
    affinity = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    c = Cluster(nodes=2)
    set_ = stateful_set()
    set_["spec"]["template"]["spec"]["affinity"] = affinity
    c.apply(service(), set_)
    c.run(60)
    assert c.ready_pods() == ["web-0", "web-1"]
    head = "0/2 nodes are available: "
    text = f"{head}2 node(s) didn't match pod anti-affinity rules. preemption: {head}2 {NO_VICTIMS}."
    assert refusals(c, "web-2") == [text]


def test_anti_affinity_of_those_who_are_there_counts_too() -> None:  # SCHED-6
    term = {"labelSelector": {"matchLabels": {"app": "x"}}, "topologyKey": "kubernetes.io/hostname"}
    affinity = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    c = Cluster(nodes=1)
    c.apply(pod("first", affinity=affinity, labels={"app": "y"}))
    c.run(2)
    c.apply(pod())
    c.run(2)
    assert "1 node(s) didn't satisfy existing pods anti-affinity rules" in refusals(c)[0]


def test_the_first_pod_of_an_affine_group_is_let_in() -> None:  # SCHED-6
    term = {"labelSelector": {"matchLabels": {"app": "x"}}, "topologyKey": "kubernetes.io/hostname"}
    affinity = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    c = Cluster()
    for name in ("a", "b", "c"):
        c.apply(pod(name, affinity=affinity))
        c.run(2)
    assert len({node_of(c, name) for name in ("a", "b", "c")}) == 1
    c.apply(pod("other", affinity=affinity, labels={"app": "z"}), pod("lonely", **lonely()))
    c.run(2)
    assert node_of(c, "other") == node_of(c, "a")
    assert "3 node(s) didn't match pod affinity rules" in refusals(c, "lonely")[0]


def lonely() -> dict[str, Any]:
    term = {"labelSelector": {"matchLabels": {"app": "nobody"}}, "topologyKey": "kubernetes.io/hostname"}
    return {"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}}


@case("SC-4")
def test_sc_4_reasons_are_sorted_as_texts_with_their_counts() -> None:  # SCHED-7, SCHED-11
    c = Cluster()
    spec(c, "node-1", unschedulable=True)
    for node in ("node-2", "node-3"):
        spec(c, node, taints=[{"key": "k", "value": "v", "effect": "NoSchedule"}])
    c.run(6)
    c.apply(pod())
    c.run(2)
    head = "0/3 nodes are available: "
    items = "1 node(s) were unschedulable, 2 node(s) had untolerated taint(s)"
    assert refusals(c) == [f"{head}{items}. preemption: {head}3 {HELPLESS}."]


@pytest.mark.parametrize(
    "toleration",
    [{"key": "k", "operator": "Exists"}, {"operator": "Exists"}, {"key": "k", "value": "v", "effect": "NoSchedule"}],
)
def test_a_tolerated_taint_does_not_matter(toleration: Object) -> None:  # SCHED-7
    c = Cluster(nodes=1)
    spec(c, "node-1", taints=[{"key": "k", "value": "v", "effect": "NoSchedule"}])
    c.apply(pod(tolerations=[toleration]))
    c.run(2)
    assert node_of(c) == "node-1"


def test_node_selector_and_affinity_must_both_hold() -> None:  # SCHED-5
    term = {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "NotIn", "values": ["node-2"]}]}
    required = {"nodeSelectorTerms": [term]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    c = Cluster()
    c.apply(pod(nodeSelector={"kubernetes.io/hostname": "node-2"}, affinity=affinity))
    c.run(2)
    assert "3 node(s) didn't match Pod's node affinity/selector" in refusals(c)[0]


def test_a_host_port_is_given_once_a_node() -> None:  # SCHED-11
    c = Cluster(nodes=1)
    for name in ("p", "q"):
        new = pod(name)
        new["spec"]["containers"][0]["ports"] = [{"containerPort": 80, "hostPort": 80}]
        c.apply(new)
        c.run(2)
    assert "1 node(s) didn't have free ports for the requested pod ports" in refusals(c, "q")[0]


def test_a_node_takes_as_many_pods_as_it_says() -> None:  # SCHED-4
    c = Cluster(nodes=0)
    c.kubelets = [Kubelet(c.sim, c.store, "node-1", 1)]
    allocatable = {"cpu": "8", "memory": "32Gi", "pods": "2"}
    c.store.patch(
        "Node",
        "node-1",
        "",
        lambda o: {**o, "status": {**o["status"], "allocatable": allocatable}},
        by=c.user,
        status=True,
    )
    for name in "abc":
        c.apply(pod(name))
        c.run(2)
    assert "1 Too many pods" in refusals(c, "c")[0]


def test_topology_spread_constraints_that_must_hold() -> None:  # SCHED-11
    constraint = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "x"}},
    }
    c = Cluster(nodes=2)
    spec(c, "node-2", unschedulable=True)
    for name in "ab":
        c.apply(pod(name, topologySpreadConstraints=[constraint]))
        c.run(2)
    assert "1 node(s) didn't match pod topology spread constraints" in refusals(c, "b")[0]


def test_without_nodes_there_is_nothing_to_choose_from() -> None:  # SCHED-12
    c = Cluster(nodes=0)
    c.apply(pod())
    c.run(2)
    assert refusals(c) == ["no nodes available to schedule pods"]


@case("V-1")
def test_v_1_an_unbound_immediate_claim_rules_out_every_node() -> None:  # SCHED-12
    c = Cluster(storage="none")
    c.apply(service(), stateful_set(claims=True))
    c.run(5)
    head = "0/3 nodes are available: "
    text = f"{head}pod has unbound immediate PersistentVolumeClaims. preemption: {head}3 {HELPLESS}."
    assert refusals(c, "web-0") == [text]


def test_a_claim_that_is_missing_or_going_rules_out_every_node() -> None:  # SCHED-12, VOL-12
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]
    c = Cluster()
    c.apply(pod(volumes=volumes))
    c.run(2)
    assert 'persistentvolumeclaim "data" not found' in refusals(c)[0]
    meta = {"name": "data", "finalizers": ["test/hold"]}
    body = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    c.apply({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta, "spec": body})
    c.delete("PersistentVolumeClaim", "data")
    c.run(20)
    assert 'persistentvolumeclaim "data" is being deleted' in refusals(c)[-1]


@case("SC-5")
def test_sc_5_a_node_local_volume_ties_its_pod_to_the_node() -> None:  # VOL-25
    c = Cluster()
    c.apply(service(), stateful_set(claims=True, replicas=1))
    c.run(20)
    node = c.store.get("Pod", "web-0")["spec"]["nodeName"]
    spec(c, node, unschedulable=True)
    c.delete("Pod", "web-0")
    c.run(20)
    items = "1 node(s) were unschedulable, 2 node(s) had volume node affinity conflict"
    assert items in refusals(c, "web-0")[0]
    spec(c, node, unschedulable=False)
    c.run(20)
    assert c.store.get("Pod", "web-0")["spec"]["nodeName"] == node


def test_a_pod_that_names_its_node_is_none_of_the_schedulers_business() -> None:  # SCHED-1
    c = Cluster()
    c.apply(pod(nodeName="node-2", cpu="99"), pod("other", schedulerName="mine"))
    c.run(10)
    assert (node_of(c), node_of(c, "other")) == ("node-2", None)
    assert c.events("p", "Scheduled") == refusals(c, "other") == []


def test_higher_priority_goes_first() -> None:  # SCHED-2
    c = Cluster(nodes=1)
    c.apply(priority_class("important", 10), pod("low", cpu="5"), pod("high", cpu="5", priorityClassName="important"))
    c.run(2)
    assert (node_of(c, "high"), node_of(c, "low")) == ("node-1", None)


def test_a_pod_larger_than_every_node_is_not_helped_by_preemption() -> None:  # SCHED-10
    c = Cluster()
    c.apply(pod(cpu="9"))
    c.run(2)
    head = "0/3 nodes are available: "
    assert refusals(c) == [f"{head}3 Insufficient cpu. preemption: {head}3 {HELPLESS}."]


def test_a_terminating_pod_does_not_count_for_spreading() -> None:  # SCHED-8
    c = Cluster(nodes=2)
    c.kubelets[0].stop_seconds = 60
    c.apply(pod("old", labels={"app": "x"}, nodeName="node-1"))
    c.run(2)
    c.delete("Pod", "old")
    c.run(1)
    spec(c, "node-2", unschedulable=True)
    c.run(1)
    spread = {"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule"}
    c.apply(pod("new", topologySpreadConstraints=[{**spread, "labelSelector": {"matchLabels": {"app": "x"}}}]))
    c.run(2)
    assert node_of(c, "new") == "node-1"


def test_only_nodes_that_the_pod_selects_count_for_spreading() -> None:  # SCHED-8
    c = Cluster(nodes=3)
    c.store.patch(
        "Node",
        "node-1",
        "",
        lambda old: {**old, "metadata": {**old["metadata"], "labels": {**old["metadata"]["labels"], "disk": "ssd"}}},
        by=c.user,
    )
    c.run(1)
    spread = {"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule"}
    constraints = [{**spread, "labelSelector": {"matchLabels": {"app": "x"}}}]
    for name in ("a", "b"):
        c.apply(pod(name, nodeSelector={"disk": "ssd"}, topologySpreadConstraints=constraints))
    c.run(2)
    assert [node_of(c, name) for name in ("a", "b")] == ["node-1", "node-1"]


def test_requests_are_the_sum_of_the_apps_or_the_neediest_moment_before() -> None:  # SCHED-3
    def container(cpu: str, **more: Any) -> Object:
        return {"name": "c", "resources": {"requests": {"cpu": cpu}}, **more}

    body = {
        "initContainers": [container("100m", restartPolicy="Always"), container("900m"), container("200m")],
        "containers": [container("500m"), container("100m")],
    }
    info = pod_info({"metadata": {"name": "p", "namespace": "d"}, "spec": body})
    assert info.requests == {"cpu": 1000}
    body["containers"].append(container("800m"))
    assert pod_info({"metadata": {"name": "p", "namespace": "d"}, "spec": body}).requests == {"cpu": 1500}


def test_a_pod_replaced_while_its_volume_is_made_does_not_hold_up_its_successor() -> None:  # VOL-4, SCHED-2
    c = Cluster()
    c.apply(service(), stateful_set(claims=True, replicas=1))
    while not any(record.actor == "rancher.io/local-path" for record in c.sim.history):
        c.run(0.1)
    first = c.delete("Pod", "web-0")
    c.run(15)
    assert c.ready_pods() == ["web-0"]
    assert c.store.get("Pod", "web-0")["metadata"]["uid"] != first["metadata"]["uid"]


def preferring(**affinity: Any) -> dict[str, Any]:
    """An affinity that is only preferred."""
    return {
        "affinity": {kind: {"preferredDuringSchedulingIgnoredDuringExecution": [it]} for kind, it in affinity.items()}
    }


BY_HOST = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "x"}}}


@pytest.mark.parametrize("seed", range(4))
def test_a_preferred_node_is_taken_while_there_is_one_and_otherwise_any(seed: int) -> None:  # SCHED-5, SCHED-8
    wish = {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}
    c = Cluster(seed=seed)
    c.store.patch("Node", "node-2", "", lambda o: labelled(o, disk="ssd"), by=c.user)
    c.run(1)
    c.apply(pod(**preferring(nodeAffinity={"weight": 1, "preference": wish})))
    c.run(2)
    assert node_of(c) == "node-2"
    spec(c, "node-2", unschedulable=True)
    c.run(1)
    c.apply(pod("q", **preferring(nodeAffinity={"weight": 1, "preference": wish})))
    c.run(2)
    assert node_of(c, "q") in ("node-1", "node-3")


def labelled(node: Object, **labels: str) -> Object:
    meta = node["metadata"]
    return {**node, "metadata": {**meta, "labels": {**meta["labels"], **labels}}}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("kind", "nodes"), [("podAffinity", 1), ("podAntiAffinity", 3)])
def test_preferred_affinity_draws_pods_together_or_apart(kind: str, nodes: int, seed: int) -> None:  # SCHED-8
    c = Cluster(seed=seed)
    for name in ("a", "b", "c"):
        c.apply(pod(name, **preferring(**{kind: {"weight": 100, "podAffinityTerm": BY_HOST}})))
        c.run(2)
    assert len({node_of(c, name) for name in ("a", "b", "c")}) == nodes


@pytest.mark.parametrize("seed", range(4))
def test_a_spread_that_may_be_violated_is_kept_where_it_can_be(seed: int) -> None:  # SCHED-8
    c = Cluster(seed=seed)
    constraint = {"maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway", **BY_HOST}
    for number in range(6):
        c.apply(pod(f"p{number}", topologySpreadConstraints=[constraint]))
        c.run(2)
    assert sorted(Counter(node_of(c, f"p{number}") for number in range(6)).values()) == [2, 2, 2]
    spec(c, "node-1", unschedulable=True)
    spec(c, "node-2", unschedulable=True)
    c.run(1)
    c.apply(pod("last", topologySpreadConstraints=[constraint]))
    c.run(2)
    assert node_of(c, "last") == "node-3"


def test_the_taint_is_named_up_to_1_34() -> None:  # VER-10
    c = Cluster(nodes=1, name_untolerated_taints=True)
    spec(c, "node-1", taints=[{"key": "team", "value": "red", "effect": "NoSchedule"}])
    c.apply(pod())
    c.run(2)
    assert "1 node(s) had untolerated taint {team: red}" in refusals(c)[0]


def test_affinity_reaches_into_the_namespaces_that_it_selects() -> None:  # SCHED-6
    c = Cluster(nodes=2)
    c.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other", "labels": {"team": "a"}}})
    c.apply(
        {**pod("old", nodeName="node-2"), "metadata": {"name": "old", "namespace": "other", "labels": {"app": "x"}}}
    )
    c.run(2)

    def near(**where: Any) -> Object:
        term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "x"}}, **where}
        return {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}

    c.apply(pod("all", labels={}, affinity=near(namespaceSelector={})))
    c.apply(pod("team", labels={}, affinity=near(namespaceSelector={"matchLabels": {"team": "a"}})))
    c.apply(pod("listed", labels={}, affinity=near(namespaces=["other"])))
    c.apply(pod("own", labels={}, affinity=near()))
    c.apply(pod("nobody", labels={}, affinity=near(namespaceSelector={"matchLabels": {"team": "b"}})))
    c.run(2)
    found = {name: node_of(c, name) for name in ("all", "team", "listed", "own", "nobody")}
    assert found == {"all": "node-2", "team": "node-2", "listed": "node-2", "own": None, "nobody": None}


def test_pods_of_another_revision_do_not_count_where_match_label_keys_say_so() -> None:  # SCHED-6
    c = Cluster(nodes=1)
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "x"}}}
    apart = {
        "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{**term, "matchLabelKeys": ["rev"]}]}
    }
    for name, revision in (("one", "1"), ("two", "2"), ("three", "2")):
        c.apply(pod(name, labels={"app": "x", "rev": revision}, affinity=apart))
        c.run(2)
    assert [node_of(c, name) for name in ("one", "two", "three")] == ["node-1", "node-1", None]


def test_a_gated_pod_waits_until_its_last_gate_is_taken_away() -> None:  # SCHED-1, KUBELET-71
    c = Cluster()
    c.apply(pod(schedulingGates=[{"name": "quota"}]))
    c.run(5)
    (gated,) = c.pods()["p"]["status"]["conditions"]
    assert (gated["reason"], gated["message"]) == (
        "SchedulingGated",
        "Scheduling is blocked due to non-empty scheduling gates",
    )
    assert refusals(c) == []
    with pytest.raises(ApiError, match="only deletion is allowed, but found new scheduling gate 'other'"):
        c.change("Pod", "p", schedulingGates=[{"name": "other"}])
    c.change("Pod", "p", schedulingGates=[])
    c.run(2)
    assert node_of(c) is not None
    assert condition(c.pods()["p"], "PodScheduled") == {
        "type": "PodScheduled",
        "status": "True",
        "lastTransitionTime": "2024-01-01T00:00:05Z",
    }


def test_a_pod_whose_gates_are_gone_may_be_unschedulable() -> None:  # SCHED-10
    c = Cluster()
    c.apply(pod(cpu="9", schedulingGates=[{"name": "quota"}]))
    c.run(1)
    c.change("Pod", "p", schedulingGates=[])
    c.run(2)
    found = condition(c.pods()["p"], "PodScheduled")
    assert found is not None and found["reason"] == "Unschedulable"
