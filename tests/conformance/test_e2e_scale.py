"""Kubernetes' end-to-end tests: scaling in order and in parallel, Pods that their kubelet refuses."""

from __future__ import annotations

from tests.conformance import case
from tests.conformance.web import Web, is_ready


def blocked_growth() -> Web:
    """E-22: one Pod, broken, and three wanted."""
    return Web(1).ready().break_readiness(0).scale(3)


def blocked_shrinking() -> Web:
    """E-24: three Pods, all broken, and none wanted."""
    return Web(3).ready().break_readiness(0, 1, 2).scale(0)


def steady(web: Web, pods: list[int]) -> None:
    for _ in range(10):
        web.run(1)
        assert list(web.pods()) == pods


@case("E-22")
def test_e_22_an_ordered_set_does_not_grow_beside_an_unready_pod() -> None:
    web = blocked_growth()
    steady(web, [0])
    assert web.status["replicas"] == 1


@case("E-23")
def test_e_23_it_grows_in_order_when_the_pod_is_repaired() -> None:
    web = blocked_growth().run(10)
    mark = web.mark
    web.repair(0).ready()
    story = [
        f"{record.verb} {record.object.rpartition('-')[2].partition('/')[0]}"
        for record in web.cluster.history.records[mark:]
        if (record.verb == "create" and record.object.startswith("Pod/"))
        or (record.verb == "probe" and record.detail["result"] == "success" and record.detail["kind"] == "readiness")
    ]
    assert list(dict.fromkeys(story)) == ["probe 0", "create 1", "probe 1", "create 2", "probe 2"]


@case("E-24")
def test_e_24_an_ordered_set_does_not_shrink_while_its_pods_are_unready() -> None:
    steady(blocked_shrinking(), [0, 1, 2])


@case("E-25")
def test_e_25_it_shrinks_from_the_top_when_they_are_repaired() -> None:
    web = blocked_shrinking().run(10)
    mark = web.mark
    web.repair(0, 1, 2).run(120)
    assert web.pods() == {}
    story = [
        f"{'gone' if record.verb == 'delete' else 'delete'} {record.object.rpartition('-')[2]}"
        for record in web.cluster.history.records[mark:]
        if record.object.startswith("Pod/") and (record.verb == "delete" or record.actor == "statefulset-controller")
    ]
    assert story == ["delete 2", "gone 2", "delete 1", "gone 1", "delete 0", "gone 0"]


@case("E-26")
def test_e_26_a_parallel_set_grows_beside_an_unready_pod() -> None:
    web = Web(1, podManagementPolicy="Parallel").ready().break_readiness(0)
    assert web.status["readyReplicas"] == 0
    web.scale(3).run(10)
    assert list(web.pods()) == [0, 1, 2]
    assert not is_ready(web.pod(0))


@case("E-27")
def test_e_27_a_parallel_set_shrinks_though_all_its_pods_are_unready() -> None:
    web = Web(1, podManagementPolicy="Parallel").ready().break_readiness(0).scale(3).run(10).repair(0).ready()
    web.break_readiness(0, 1, 2).scale(0).run(60)
    assert web.pods() == {}


PORT = {"containerPort": 21017, "hostPort": 21017}


def refused() -> Web:
    """A foreign Pod on node-1 holds the port that the set wants on node-1, past the scheduler."""
    spec = {"nodeName": "node-1", "containers": [{"name": "a", "image": "nginx:1.25", "ports": [PORT]}]}
    web = Web(0)
    web.cluster.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "foreign"}, "spec": spec})
    web.run(30)
    template = web.spec["template"]
    container = {**template["spec"]["containers"][0], "ports": [PORT]}
    spec = {**template["spec"], "nodeName": "node-1", "containers": [container]}
    return web.change(template={**template, "spec": spec}, replicas=1).run(30)


def instances(web: Web) -> list[str]:
    return [
        record.detail["object"]["metadata"]["uid"]
        for record in web.cluster.history
        if record.verb == "create" and record.object == "Pod/default/ss-0"
    ]


@case("E-28")
def test_e_28_a_pod_that_its_kubelet_refuses_is_made_again_and_again() -> None:  # KUBELET-61, STS-43 3a
    web = refused()
    assert len(set(instances(web))) > 2
    ends = {
        (pods["ss-0"]["status"]["phase"], pods["ss-0"]["status"].get("reason"))
        for _, pods in web.versions()
        if "ss-0" in pods
    }
    assert ("Failed", "NodePorts") in ends


@case("E-29")
def test_e_29_it_runs_once_the_foreign_pod_is_gone() -> None:
    web = refused()
    first = instances(web)[0]
    web.kubectl("delete pod foreign")
    web.run(60)
    assert web.pod(0)["status"]["phase"] == "Running"
    assert web.uids()[0] != first
