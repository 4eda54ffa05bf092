"""When a cluster is what was asked for, what it waits for otherwise, and when waiting has no more sense."""

from __future__ import annotations

from typing import Any

from simk8s import Cluster
from simk8s.cluster.settling import PATIENCE_SECONDS, QUIET_SECONDS, Patience, Wants, wants

Object = dict[str, Any]


def pod(name: str = "mysql-0", **status: Any) -> Object:
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "uid": f"uid-{name}"},
        "spec": {"nodeName": "node-1", "containers": [{"name": "mysql"}, {"name": "xtrabackup"}]},
        "status": {"phase": "Running", **status},
    }


def ready(name: str = "mysql-0") -> Object:
    return pod(name, conditions=[{"type": "Ready", "status": "True"}])


def waiting(reason: str, **more: Any) -> Object:
    entry = {"name": "xtrabackup", "ready": False, "state": {"waiting": {"reason": reason, "message": "why"}}, **more}
    return pod(containerStatuses=[entry])


def event(about: Object, reason: str, message: str, version: int = 1) -> Object:
    return {
        "kind": "Event",
        "metadata": {"name": f"e{version}", "namespace": "default", "resourceVersion": str(version)},
        "involvedObject": {"uid": about["metadata"]["uid"], "name": about["metadata"]["name"]},
        "reason": reason,
        "message": message,
    }


def stateful_set(*, replicas: int = 1, generation: int = 1, **status: Any) -> Object:
    return {
        "kind": "StatefulSet",
        "metadata": {"name": "mysql", "namespace": "default", "generation": generation, "uid": "uid-set"},
        "spec": {"replicas": replicas},
        "status": {"observedGeneration": 1, **status},
    }


def claim(**status: Any) -> Object:
    return {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data-mysql-0", "namespace": "default", "uid": "uid-claim"},
        "spec": {},
        "status": status,
    }


def only(found: Wants) -> str:
    assert len(found.waits) == 1, found
    return str(found.waits[0])


def test_a_ready_pod_a_bound_claim_and_a_complete_set_leave_nothing_to_wait_for() -> None:
    complete = stateful_set(replicas=1, replicas_=1, readyReplicas=1, updatedReplicas=1)
    assert wants([ready(), claim(phase="Bound"), complete]).satisfied


def test_a_pod_that_has_succeeded_is_not_waited_for() -> None:
    assert wants([pod(phase="Succeeded")]).satisfied


def test_a_set_whose_controller_has_not_seen_the_newest_generation_is_waited_for() -> None:
    assert only(wants([stateful_set(generation=2)])) == "statefulset/mysql is not seen by its controller"


def test_a_set_with_too_few_ready_replicas_says_how_many() -> None:
    found = only(wants([stateful_set(replicas=3, readyReplicas=1)]))
    assert found == "statefulset/mysql is not complete: 1 of 3 replicas are ready"


def test_a_set_below_its_partition_is_not_waited_for_to_be_updated() -> None:  # STS-72
    found = stateful_set(replicas=1, readyReplicas=1, updatedReplicas=0)
    assert not wants([found]).satisfied
    found["spec"]["updateStrategy"] = {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}
    assert wants([found]).satisfied


def test_a_terminating_pod_is_waited_for_to_be_gone() -> None:
    leaving = ready()
    leaving["metadata"]["deletionTimestamp"] = "2024-01-01T00:00:00Z"
    assert only(wants([leaving])) == "pod/mysql-0 is not gone: it is terminating"


def test_a_pending_claim_tells_its_latest_event_and_is_stuck_without_a_class() -> None:  # VOL-30
    lonely = claim(phase="Pending")
    why = "no persistent volumes available for this claim and no storage class is set"
    found = wants([lonely, event(lonely, "FailedBinding", why)])
    assert only(found) == f"persistentvolumeclaim/data-mysql-0 is not Bound: FailedBinding: {why}"
    assert found.stuck


def test_a_claim_that_waits_for_its_first_consumer_is_fine_while_nobody_uses_it() -> None:  # VOL-31
    lonely = claim(phase="Pending")
    assert wants([lonely, event(lonely, "WaitForFirstConsumer", "waiting for first consumer")]).satisfied


def test_an_unschedulable_pod_tells_the_schedulers_message() -> None:  # SCHED-10
    unscheduled = pod(
        phase="Pending",
        conditions=[
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes are available"}
        ],
    )
    del unscheduled["spec"]["nodeName"]
    found = wants([unscheduled])
    assert only(found) == "pod/mysql-0 is not scheduled: 0/3 nodes are available"
    assert found.stuck


def test_a_crash_loop_names_container_and_status_and_is_not_given_up_at_once() -> None:  # KUBELET-22
    looping = waiting("CrashLoopBackOff", restartCount=2, lastState={"terminated": {"exitCode": 1}})
    found = wants([looping])
    assert "container xtrabackup: CrashLoopBackOff, started 3 times, last exit status 1" in only(found)
    assert found.waits[0].container == "xtrabackup"
    assert not found.stuck


def test_a_missing_image_or_configuration_is_hopeless() -> None:  # KUBELET-32, -33
    for reason in ("ImagePullBackOff", "CreateContainerConfigError"):
        found = wants([waiting(reason)])
        assert found.stuck
        assert f"container xtrabackup: {reason}: why" in only(found)


def test_a_volume_that_cannot_be_mounted_is_told_by_its_event() -> None:  # KUBELET-88
    creating = waiting("ContainerCreating")
    found = wants([creating, event(creating, "FailedMount", 'configmap "mysql" not found')])
    assert found.stuck
    assert 'FailedMount: configmap "mysql" not found' in only(found)


def test_everything_there_is_settled_only_after_a_quiet_minute() -> None:
    patience = Patience(0)
    there = wants([ready()])
    assert patience.look(10, changed_at=10, current=there) == 10 + QUIET_SECONDS
    assert patience.look(10 + QUIET_SECONDS, changed_at=10, current=there) is None


def test_what_is_stuck_is_given_up_after_a_quiet_minute() -> None:
    patience = Patience(0)
    stuck = wants([waiting("ImagePullBackOff")])
    assert patience.look(5, changed_at=5, current=stuck) == 65
    assert patience.look(65, changed_at=5, current=stuck) is None


def test_a_pod_that_has_failed_tells_which_container_ended_so() -> None:
    entries = [{"name": "a", "state": {"running": {}}}, {"name": "b", "state": {"terminated": {"exitCode": 127}}}]
    (wait,) = wants([pod(phase="Failed", containerStatuses=entries)]).waits
    assert str(wait) == "pod/mysql-0 is not Running: it has failed: container b ended with status 127"
    assert (wait.container, wait.stuck) == ("b", True)


def test_a_deployment_that_nobody_acts_on_is_told_as_such() -> None:
    owner = {**stateful_set(generation=2), "kind": "Deployment"}
    (wait,) = wants([owner, event(owner, "NotModelled", "no Pods are made for it")]).waits
    assert str(wait) == "deployment/mysql is not seen by its controller: no Pods are made for it"
    assert wait.stuck


def test_a_crash_loop_is_given_up_after_ten_minutes_without_anything_new_reached() -> None:
    patience, looping, now = Patience(0), wants([waiting("CrashLoopBackOff")]), 0.0
    while (then := patience.look(now, changed_at=now, current=looping)) is not None:
        now = then
    assert now == PATIENCE_SECONDS


def test_reaching_something_new_starts_the_patience_afresh() -> None:
    patience, looping = Patience(0), waiting("CrashLoopBackOff")
    patience.look(0, changed_at=0, current=wants([looping]))
    patience.look(500, changed_at=500, current=wants([looping, ready("mysql-1")]))
    assert patience.look(PATIENCE_SECONDS, changed_at=500, current=wants([looping])) is not None


def test_a_rollout_that_gets_on_is_waited_for_however_long_it_takes() -> None:
    cluster = Cluster(history=False)
    cluster.apply(
        """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  replicas: 12
  minReadySeconds: 60
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: pause, image: "registry.k8s.io/pause:3.10"}]
"""
    )
    assert cluster.run().reached
    cluster.kubectl("rollout restart statefulset/web")
    begin = cluster.now
    assert cluster.run().reached
    assert cluster.now > begin + 12 * 60
