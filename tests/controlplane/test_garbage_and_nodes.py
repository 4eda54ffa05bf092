"""What goes when its owner goes, and what becomes of the Pods of a silent node (API-6, API-7, NODE-1 to NODE-12)."""

from __future__ import annotations

import pytest

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, condition, is_terminating, owners
from tests.conformance import case
from tests.controlplane.bare_cluster import Cluster, is_ready, service, stateful_set


def ready_cluster(**options: object) -> Cluster:
    c = Cluster(**options)  # type: ignore[arg-type]
    c.apply(service(), stateful_set(claims=True))
    c.run(40)
    assert len(c.ready_pods()) == 3
    return c


@case("D-38")
def test_d_38_deleting_a_set_removes_its_pods_in_no_order_and_keeps_the_claims() -> None:  # STS-100, API-7
    c = ready_cluster()
    c.delete("StatefulSet", "web")
    assert c.store.find("StatefulSet", "web") is None
    c.run(1.2)
    assert all(is_terminating(pod) for pod in c.pods().values())
    c.run(20)
    assert c.pods() == {}
    assert c.store.list("ControllerRevision") == []
    assert [o["status"]["phase"] for o in c.store.list("PersistentVolumeClaim")] == ["Bound"] * 3


@case("D-39")
def test_d_39_in_the_foreground_the_set_goes_last() -> None:  # API-7
    c = ready_cluster()
    for kubelet in c.kubelets:
        kubelet.stop_seconds = 5
    c.delete("StatefulSet", "web", propagation="Foreground")
    c.run(1.5)
    assert is_terminating(c.store.get("StatefulSet", "web"))
    assert len(c.pods()) == 3
    c.run(20)
    assert c.pods() == {}
    assert c.store.find("StatefulSet", "web") is None
    deleted = [r.object for r in c.sim.history if r.verb == "delete"]
    assert deleted[-1] == "StatefulSet/default/web"


@case("D-40")
def test_d_40_orphaned_pods_run_on_and_are_adopted_by_the_same_set_again() -> None:  # API-7
    c = ready_cluster()
    uids = [pod["metadata"]["uid"] for pod in c.pods().values()]
    c.delete("StatefulSet", "web", propagation="Orphan")
    c.run(5)
    assert c.store.find("StatefulSet", "web") is None
    assert [owners(pod) for pod in c.pods().values()] == [[], [], []]
    c.apply(stateful_set(claims=True))
    c.run(20)
    assert [pod["metadata"]["uid"] for pod in c.pods().values()] == uids
    assert all(owners(pod) for pod in c.pods().values())


def test_an_object_with_another_living_owner_only_loses_the_reference() -> None:  # API-6
    c = Cluster()
    for name in ("a", "b"):
        c.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}})
    references = [
        {"apiVersion": "v1", "kind": "ConfigMap", "name": n, "uid": c.store.get("ConfigMap", n)["metadata"]["uid"]}
        for n in ("a", "b")
    ]
    c.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "child", "ownerReferences": references}})
    c.run(2)
    c.delete("ConfigMap", "a")
    c.run(2)
    assert [reference["name"] for reference in owners(c.store.get("ConfigMap", "child"))] == ["b"]
    c.delete("ConfigMap", "b")
    c.run(2)
    assert c.store.find("ConfigMap", "child") is None


def test_an_owner_is_meant_by_its_uid_not_by_its_name() -> None:  # API-6
    c = Cluster()
    c.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}})
    stale = [{"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": "somebody-else"}]
    c.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "child", "ownerReferences": stale}})
    c.run(3)
    assert c.store.find("ConfigMap", "child") is None


@case("D-41")
def test_d_41_recreating_a_set_at_once_waits_for_the_names() -> None:  # STS-16
    c = ready_cluster()
    c.delete("StatefulSet", "web")
    c.run(1.2)
    volumes = [o["spec"]["volumeName"] for o in c.store.list("PersistentVolumeClaim")]
    c.apply(stateful_set(claims=True))
    c.run(60)
    assert len(c.ready_pods()) == 3
    assert [o["spec"]["volumeName"] for o in c.store.list("PersistentVolumeClaim")] == volumes


def fail(c: Cluster, pod: str = "web-1") -> str:
    """Power off the node of that Pod."""
    node = str(c.store.get("Pod", pod)["spec"]["nodeName"])
    next(kubelet for kubelet in c.kubelets if kubelet.node == node).is_alive = False
    return node


@case("N-1")
def test_n_1_a_silent_node_is_not_ready_and_neither_are_its_pods() -> None:  # NODE-2, NODE-3
    c = ready_cluster()
    node = fail(c)
    c.run(60)
    ready = condition(c.store.get("Node", node), "Ready") or {}
    assert (ready["status"], ready["reason"]) == ("Unknown", "NodeStatusUnknown")
    assert ready["message"] == "Kubelet stopped posting node status."
    assert c.events(node, "NodeNotReady") == [f"Node {node} status is now: NodeNotReady"]
    assert c.events("web-1", "NodeNotReady") == ["Node is not ready"]
    pod = c.store.get("Pod", "web-1")
    assert (is_ready(pod), pod["status"]["phase"]) == (False, "Running")
    assert c.store.get("StatefulSet", "web")["status"]["readyReplicas"] == 2
    assert c.control_plane.dns.lookup("web-1.web.default.svc.cluster.local").code == "NXDOMAIN"
    taints = {(taint["key"], taint["effect"]) for taint in c.store.get("Node", node)["spec"]["taints"]}
    assert taints == {("node.kubernetes.io/unreachable", effect) for effect in ("NoSchedule", "NoExecute")}


@pytest.mark.parametrize(("grace", "still_ready"), [(40, 36), (50, 46)])
def test_the_grace_period_of_a_node_is_a_switch(grace: int, still_ready: int) -> None:  # VER-6
    c = ready_cluster(node_monitor_grace_period_seconds=grace)
    c.run(0.5)
    node = fail(c)
    c.run(still_ready - 10)
    assert (condition(c.store.get("Node", node), "Ready") or {})["status"] == "True"
    c.run(21)
    assert (condition(c.store.get("Node", node), "Ready") or {})["status"] == "Unknown"


@case("N-2")
def test_n_2_after_five_minutes_the_pod_is_terminating_for_ever_and_not_replaced() -> None:  # NODE-5, NODE-6
    c = ready_cluster()
    fail(c)
    c.run(60 + 280)
    assert not is_terminating(c.store.get("Pod", "web-1"))
    c.run(40)
    assert is_terminating(c.store.get("Pod", "web-1"))
    assert c.events("web-1", "TaintManagerEviction") == ["Marking for deletion Pod default/web-1"]
    c.run(3600)
    assert is_terminating(c.store.get("Pod", "web-1"))
    assert len(c.writes("create", "Pod")) == 3


@case("N-9")
def test_n_9_a_node_that_returns_in_time_keeps_its_pods() -> None:  # NODE-10, NODE-11
    c = ready_cluster()
    node = fail(c)
    c.run(180)
    kubelet = next(kubelet for kubelet in c.kubelets if kubelet.node == node)
    kubelet.is_alive = True
    condition_ = {"type": "Ready", "status": "True", "reason": "KubeletReady"}
    c.store.patch(
        "Node", node, "", lambda o: {**o, "status": {**o["status"], "conditions": [condition_]}}, by=c.user, status=True
    )
    kubelet.set_status(c.store.get("Pod", "web-1"), ready=True)
    c.run(400)
    assert len(c.ready_pods()) == 3
    assert c.events("web-1", "TaintManagerEviction") == ["Cancelling deletion of Pod default/web-1"]
    assert c.store.get("Node", node)["spec"].get("taints") is None


@case("N-5")
def test_n_5_a_forced_delete_brings_a_replacement_that_node_local_data_holds_back() -> None:  # NODE-8
    c = ready_cluster()
    fail(c)
    c.run(400)
    c.delete("Pod", "web-1", grace_seconds=0)
    c.run(20)
    pod = c.store.get("Pod", "web-1")
    assert not is_terminating(pod)
    assert "nodeName" not in pod["spec"]
    message = c.events("web-1", "FailedScheduling")[-1]
    assert "1 node(s) had untolerated taint(s), 2 node(s) had volume node affinity conflict" in message


@case("N-7")
def test_n_7_deleting_the_node_object_frees_its_pods() -> None:  # NODE-7 b
    c = Cluster()
    c.apply(service(), stateful_set())
    c.run(40)
    node = fail(c)
    c.run(400)
    c.delete("Node", node)
    c.run(100)
    assert len(c.ready_pods()) == 3
    assert c.store.get("Pod", "web-1")["spec"]["nodeName"] != node


@case("N-6")
def test_n_6_the_out_of_service_taint_frees_terminating_pods() -> None:  # NODE-7 d
    c = Cluster()
    c.apply(service(), stateful_set())
    c.run(40)
    node = fail(c)
    c.run(400)
    taint = {"key": "node.kubernetes.io/out-of-service", "value": "nodeshutdown", "effect": "NoExecute"}

    def tainted(old: Object) -> Object:
        return {**old, "spec": {**old["spec"], "taints": [*old["spec"]["taints"], taint]}}

    c.store.patch("Node", node, "", tainted, by=c.user)
    c.run(40)
    assert len(c.ready_pods()) == 3


@case("N-8")
def test_n_8_a_cluster_of_one_node_never_evicts() -> None:  # NODE-9
    c = Cluster(nodes=1)
    c.apply(service(), stateful_set())
    c.run(40)
    fail(c)
    c.run(3600)
    assert [is_terminating(pod) for pod in c.pods().values()] == [False] * 3
    assert [pod["status"]["phase"] for pod in c.pods().values()] == ["Running"] * 3
    assert c.ready_pods() == []


def test_nothing_is_created_in_a_namespace_that_is_not_there() -> None:
    c = Cluster()
    with pytest.raises(ApiError, match='namespaces "other" not found'):
        c.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "other"}})


def test_a_deleted_namespace_takes_everything_with_it() -> None:  # API-10
    c = Cluster()
    c.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}})
    set_ = stateful_set(claims=True)
    set_["metadata"]["namespace"] = "other"
    c.apply(set_)
    c.run(40)
    assert len(c.store.list("Pod", "other")) == 3
    c.delete("Namespace", "other")
    assert c.store.find("Namespace", "other") is not None
    with pytest.raises(ApiError, match="because it is being terminated"):
        c.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "other"}})
    c.run(60)
    assert c.store.find("Namespace", "other") is None
    assert [object for object in c.store if object["metadata"].get("namespace") == "other"] == []


def test_what_is_not_modelled_is_said() -> None:
    c = Cluster()
    template = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"selector": {"matchLabels": {"app": "x"}}, "template": template}
    c.apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "front"}, "spec": spec})
    c.run(5)
    assert c.events("front", "NotModelled") == ["simk8s does not model Deployment objects: no Pods are made for it"]


def test_a_fresh_cluster_has_what_a_real_one_has() -> None:
    c = Cluster()
    c.run(5)
    assert [o["metadata"]["name"] for o in c.store.list("Namespace")] == [
        "default",
        "kube-node-lease",
        "kube-public",
        "kube-system",
    ]
    assert c.store.get("Service", "kubernetes")["spec"]["clusterIP"] == "10.96.0.1"
    assert c.store.find("ServiceAccount", "default") is not None
    assert c.store.find("ConfigMap", "kube-root-ca.crt") is not None
