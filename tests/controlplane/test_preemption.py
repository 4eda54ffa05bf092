"""Priorities, and who has to go for a more important Pod (SCHED-13)."""

from __future__ import annotations

from typing import Any

import pytest

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, condition, uid
from simk8s.controlplane.priority import PREEMPTS
from tests.controlplane.bare_cluster import Cluster, priority_class, service, stateful_set
from tests.controlplane.test_scheduler import HELPLESS, NO_VICTIMS, node_of, pod, refusals

LOW, HIGH = priority_class("low", -10), priority_class("high", 1000)


def important(name: str = "p", cpu: str = "5", **spec: Any) -> Object:
    return pod(name, cpu, priorityClassName="high", **spec)


def full(nodes: int = 1, **options: Any) -> Cluster:
    """Every node with one Pod that needs most of it."""
    c = Cluster(nodes=nodes, **options)
    c.apply(LOW, HIGH)
    for number in range(1, nodes + 1):
        c.apply(pod(f"old-{number}", cpu="5", nodeName=f"node-{number}"))
    c.run(3)
    return c


def test_a_pod_gets_the_priority_of_its_class_and_zero_without_one() -> None:  # SCHED-13
    c = Cluster()
    c.apply(HIGH, priority_class("gentle", 7, preemptionPolicy="Never"))
    c.apply(important(), pod("gentle", priorityClassName="gentle"), pod("plain"))
    fields = ("priorityClassName", "priority", "preemptionPolicy")
    shown = {name: [found["spec"].get(field) for field in fields] for name, found in c.pods().items()}
    assert shown == {
        "p": ["high", 1000, "PreemptLowerPriority"],
        "gentle": ["gentle", 7, "Never"],
        "plain": [None, 0, "PreemptLowerPriority"],
    }


def test_the_default_class_is_for_pods_that_name_none_and_there_is_one_only() -> None:  # SCHED-13
    c = Cluster()
    c.apply(priority_class("usual", 5, globalDefault=True))
    c.apply(pod())
    assert c.pods()["p"]["spec"]["priorityClassName"] == "usual"
    assert c.pods()["p"]["spec"]["priority"] == 5
    with pytest.raises(ApiError, match="PriorityClass usual is already marked as default"):
        c.apply(priority_class("other", 6, globalDefault=True))


def test_the_system_has_two_classes_of_its_own() -> None:  # SCHED-13
    c = Cluster()
    c.apply(pod(priorityClassName="system-node-critical"))
    assert c.pods()["p"]["spec"]["priority"] == 2_000_001_000
    assert c.store.get("PriorityClass", "system-cluster-critical")["value"] == 2_000_000_000


_CLASS = "PriorityClass.scheduling.k8s.io"
_TOLD = "must not be provided in pod spec; priority admission controller computed"
_RESERVED = "priority class names with 'system-' prefix are reserved for system use only. error:"
_HIGHEST = "maximum allowed value of a user defined priority is 1000000000"
_POLICIES = 'supported values: "Never", "PreemptLowerPriority"'
_OF_CLASS = "from the given PriorityClass name"
_UNKNOWN = "is not a known system priority class"
REFUSED = {
    f'pods "p" is forbidden: the integer value of priority (3) {_TOLD} 0 {_OF_CLASS}': pod(priority=3),
    f'pods "p" is forbidden: the string value of PreemptionPolicy (Never) {_TOLD} {PREEMPTS} {_OF_CLASS}': pod(
        preemptionPolicy="Never"
    ),
    'pods "p" is forbidden: no PriorityClass with name nix was found': pod(priorityClassName="nix"),
    f'{_CLASS} "p" is invalid: value: Forbidden: {_HIGHEST}': priority_class("p", 1_000_000_001),
    f'{_CLASS} "system-x" is invalid: metadata.name: Forbidden: {_RESERVED} system-x {_UNKNOWN}': (
        priority_class("system-x", 1)
    ),
    f'{_CLASS} "p" is invalid: preemptionPolicy: Unsupported value: "Maybe": {_POLICIES}': priority_class(
        "p", 1, preemptionPolicy="Maybe"
    ),
}


@pytest.mark.parametrize(("words", "object"), REFUSED.items())
def test_what_the_server_refuses_in_its_own_words(words: str, object: Object) -> None:  # SCHED-13
    with pytest.raises(ApiError) as caught:
        Cluster().apply(object)
    assert str(caught.value) == words


def test_the_value_of_a_class_cannot_be_changed() -> None:  # SCHED-13
    c = Cluster()
    c.apply(HIGH)
    with pytest.raises(ApiError, match="value: Forbidden: may not be changed in an update"):
        c.store.patch("PriorityClass", "high", "", lambda old: {**old, "value": 2}, by=c.user)


def test_a_set_with_an_unknown_class_says_why_it_has_no_pods() -> None:  # SCHED-13, STS-90
    c = Cluster()
    broken = stateful_set(replicas=1)
    broken["spec"]["template"]["spec"]["priorityClassName"] = "nix"
    c.apply(service(), broken)
    c.run(1)
    why = 'pods "web-0" is forbidden: no PriorityClass with name nix was found'
    assert c.events("web", "FailedCreate")[0].endswith(why)


def test_a_less_important_pod_makes_room_with_its_grace_period() -> None:  # SCHED-13
    c = full()
    victim = uid(c.pods()["old-1"])
    c.kubelets[0].stop_seconds = 20
    c.apply(important())
    c.run(2)
    preemptor, old = c.pods()["p"], c.pods()["old-1"]
    assert refusals(c) == ["0/1 nodes are available: 1 Insufficient cpu."]  # SCHED-10: somebody goes, so no more words
    assert preemptor["status"]["nominatedNodeName"] == "node-1"
    assert (uid(old), old["metadata"]["deletionGracePeriodSeconds"]) == (victim, 30)
    assert c.events("old-1", "Preempted") == [f"Preempted by pod {uid(preemptor)} on node node-1"]
    disrupted = condition(old, "DisruptionTarget")
    assert disrupted is not None
    assert (disrupted["reason"], disrupted["message"]) == (
        "PreemptionByScheduler",
        "default-scheduler: preempting to accommodate a higher priority pod",
    )
    c.run(30)
    assert node_of(c) == "node-1"
    assert "old-1" not in c.pods()
    assert "nominatedNodeName" not in c.pods()["p"]["status"]


def test_nobody_is_driven_out_for_an_equal() -> None:  # SCHED-13
    c = full()
    c.apply(pod(cpu="5"))
    c.run(5)
    head = "0/1 nodes are available: "
    assert refusals(c) == [f"{head}1 Insufficient cpu. preemption: {head}1 {NO_VICTIMS}."]
    assert c.events("old-1", "Preempted") == []


def test_a_pod_that_never_preempts_waits_although_it_is_more_important() -> None:  # SCHED-13
    c = full()
    c.apply(priority_class("gentle", 1000, preemptionPolicy="Never"), pod(cpu="5", priorityClassName="gentle"))
    c.run(5)
    head = "0/1 nodes are available: 1 Insufficient cpu. preemption: "
    assert refusals(c) == [f"{head}not eligible due to preemptionPolicy=Never."]


def test_while_its_victims_end_a_pod_drives_out_no_others() -> None:  # SCHED-13
    c = full(nodes=2)
    for kubelet in c.kubelets:
        kubelet.stop_seconds = 20
    c.apply(important())
    c.run(3)
    c.store.patch(  # something changes, so it is tried again
        "Node", "node-1", "", lambda o: {**o, "metadata": {**o["metadata"], "labels": {"new": "label"}}}, by=c.user
    )
    c.run(5)
    head = "0/2 nodes are available: 2 Insufficient cpu."
    assert refusals(c) == [head, f"{head} preemption: not eligible due to a terminating pod on the nominated node."]
    assert len(c.events("", "Preempted")) == 1


def test_nodes_where_the_victims_would_not_be_enough_say_what_is_still_missing() -> None:  # SCHED-10
    c = full(nodes=2)
    c.apply(priority_class("top", 5000), pod("top", cpu="2", priorityClassName="top", nodeName="node-1"))
    c.store.patch("Node", "node-2", "", lambda o: {**o, "spec": {**o["spec"], "unschedulable": True}}, by=c.user)
    c.run(2)
    c.apply(important(cpu="7"))
    c.run(3)
    head = "0/2 nodes are available: "
    why = "1 Insufficient cpu, 1 node(s) were unschedulable"
    assert refusals(c) == [f"{head}{why}. preemption: {head}1 Insufficient cpu, 1 {HELPLESS}."]


def test_no_more_pods_go_than_have_to_and_the_least_important_first() -> None:  # SCHED-13
    c = Cluster(nodes=1)
    c.apply(LOW, HIGH, pod("a", cpu="2", priorityClassName="low"), pod("b", cpu="2"), pod("c", cpu="2"))
    c.run(3)
    c.apply(important(cpu="4"))
    c.run(15)
    assert sorted(c.pods()) == ["b", "c", "p"]


def test_of_two_equals_the_one_that_started_later_goes() -> None:  # SCHED-13
    c = Cluster(nodes=1)
    c.apply(LOW, HIGH)
    for name in ("older", "newer"):
        c.apply(pod(name, cpu="4"))
        c.run(3)
        found = c.pods()[name]
        status = {**found["status"], "startTime": c.sim.timestamp}
        c.store.update_status({**found, "status": status}, by=c.user)
    c.run(1)
    c.apply(important(cpu="4"))
    c.run(15)
    assert sorted(c.pods()) == ["older", "p"]


def test_the_node_with_the_least_important_victims_is_taken() -> None:  # SCHED-13
    c = Cluster(nodes=3)
    c.apply(LOW, HIGH, priority_class("mid", 100))
    c.apply(pod("old-1", cpu="5", nodeName="node-1"))
    for number, name in enumerate(("low", "mid"), 2):
        c.apply(pod(f"old-{number}", cpu="5", nodeName=f"node-{number}", priorityClassName=name))
    c.run(3)
    c.apply(important())
    c.run(15)
    assert node_of(c) == "node-2"


def test_a_budget_is_spared_where_another_node_will_do() -> None:  # SCHED-13
    c = full(nodes=2)
    selector = {"matchLabels": {"keep": "me"}}
    budget = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "keep"}}
    c.apply(pod("kept", cpu="1", labels={"keep": "me"}, nodeName="node-1"))
    c.apply({**budget, "spec": {"minAvailable": 1, "selector": selector}})
    c.run(5)
    c.apply(important(cpu="8"))
    c.run(15)
    assert node_of(c) == "node-2"
    c.apply(important("q", cpu="8"))  # preferred, no more than that: now there is no other way
    c.run(15)
    assert node_of(c, "q") == "node-1"
    assert sorted(c.pods()) == ["p", "q"]


def test_the_room_that_was_made_is_not_given_to_a_less_important_pod() -> None:  # SCHED-13
    c = full()
    c.kubelets[0].stop_seconds = 5
    c.apply(important(cpu="8"))
    c.run(2)
    c.apply(pod("sly", cpu="3"))  # would fit beside the victim, and in the way
    c.run(2)
    assert node_of(c, "sly") is None
    c.run(20)
    assert (node_of(c), node_of(c, "sly")) == ("node-1", None)


def test_a_more_important_pod_takes_over_a_nomination() -> None:  # SCHED-13
    c = full()
    c.kubelets[0].stop_seconds = 10
    c.apply(priority_class("top", 5000), important(cpu="8"))
    c.run(2)
    c.apply(pod("top", cpu="8", priorityClassName="top"))
    c.run(3)
    assert c.pods()["top"]["status"]["nominatedNodeName"] == "node-1"
    assert "nominatedNodeName" not in c.pods()["p"]["status"]
    c.run(20)
    assert (node_of(c, "top"), node_of(c)) == ("node-1", None)


def test_a_pod_in_the_way_by_anti_affinity_is_driven_out() -> None:  # SCHED-13, SCHED-6
    c = Cluster(nodes=1)
    c.apply(HIGH, pod("old", labels={"app": "x"}))
    c.run(3)
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "x"}}}
    apart = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    c.apply(important(cpu="1", labels={"app": "y"}, affinity=apart))
    c.run(15)
    assert (node_of(c), sorted(c.pods())) == ("node-1", ["p"])


def test_the_victim_of_a_set_comes_back_and_waits() -> None:  # SCHED-13, STS-43
    c = Cluster(nodes=1)
    set = stateful_set(replicas=1)
    set["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "5"}}
    c.apply(HIGH, service(), set)
    c.run(5)
    before = uid(c.pods()["web-0"])
    c.apply(important(cpu="5"))
    c.run(15)
    assert node_of(c) == "node-1"
    assert uid(c.pods()["web-0"]) != before
    head = "0/1 nodes are available: "
    assert f"{head}1 Insufficient cpu. preemption: {head}1 {NO_VICTIMS}." in refusals(c, "web-0")
