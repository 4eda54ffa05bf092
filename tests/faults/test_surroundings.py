"""Faults of what is around a Pod: network, names, disks, provisioners, registries."""

from __future__ import annotations

from simk8s import Cluster
from simk8s.faults import (
    AtTime,
    Delay,
    FailDisk,
    FailPull,
    Fault,
    Partition,
    PowerOff,
    SlowDisk,
    SlowProvisioning,
    SlowPull,
    StaleNames,
    When,
)
from tests.faults.test_fault import COUNTER, box

PAIR = """
apiVersion: v1
kind: Service
metadata: {name: talk}
spec: {clusterIP: None, selector: {app: talk}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: talk}
spec:
  serviceName: talk
  replicas: 2
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: talk}}
  template:
    metadata: {labels: {app: talk}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - {name: main, image: nginx}
"""
ASK = "curl -s -o /dev/null -w '%{http_code} %{time_total}' --max-time 5 http://"


def pair() -> Cluster:
    cluster = Cluster(history=False)
    cluster.apply(PAIR)
    cluster.run()
    return cluster


def asked(cluster: Cluster, who: str, whom: str) -> tuple[str, float]:
    code, seconds = cluster.exec(who, f"{ASK}{whom}").stdout.split()
    return code, float(seconds)


def address(cluster: Cluster, pod: str) -> str:
    found = cluster.get("pod", pod)
    assert found is not None
    return str(found["status"]["podIP"])


def test_a_partition_cuts_two_pods_apart_and_ends() -> None:
    cluster = pair()
    cluster.inject(Fault(Partition(pod="talk-0", peer="talk-1", seconds=30)))

    assert asked(cluster, "talk-0", address(cluster, "talk-1"))[0] == "000"
    assert asked(cluster, "talk-1", address(cluster, "talk-1"))[0] == "200"
    cluster.run(30)
    assert asked(cluster, "talk-0", address(cluster, "talk-1"))[0] == "200"


def test_a_partition_holds_for_a_pod_that_comes_back_with_another_address() -> None:
    cluster = pair()
    cluster.inject(Fault(Partition(pod="talk-0", peer="talk-1")))
    before = address(cluster, "talk-1")
    cluster.kubectl("delete pod talk-1")
    cluster.run()

    assert address(cluster, "talk-1") != before
    assert asked(cluster, "talk-0", address(cluster, "talk-1"))[0] == "000"


def test_a_delay_is_added_in_each_direction() -> None:
    cluster = pair()
    plain = asked(cluster, "talk-0", address(cluster, "talk-1"))[1]
    cluster.inject(Fault(Delay(pod="talk-0", peer="talk-1", added_seconds=0.5)))

    code, seconds = asked(cluster, "talk-0", address(cluster, "talk-1"))
    assert code == "200"
    assert seconds - plain >= 1.0


def test_a_connection_to_a_node_that_lost_its_power_hears_nothing_more() -> None:
    """NCAT-6: neither data nor an end."""
    cluster = pair()
    where = {pod.name: pod.node for pod in cluster.pods()}
    assert where["talk-0"] != where["talk-1"]
    cluster.exec("talk-1", "timeout 100 bash -c 'exec sleep 100' & :")
    there = address(cluster, "talk-1")
    script = f"(sleep 1; echo; sleep 60) | timeout 20 ncat {there} 80 > /dev/null; echo $?"
    cluster.inject(Fault(PowerOff(node=where["talk-1"] or ""), AtTime(seconds=cluster.now + 0.5)))

    assert cluster.exec("talk-0", script).stdout.strip() in ("124", "127")


def test_stale_names_are_answered_as_they_were() -> None:
    cluster = pair()
    before = address(cluster, "talk-1")
    cluster.inject(Fault(StaleNames(seconds=120)))
    cluster.kubectl("delete pod talk-1")
    cluster.run("pod/talk-1 Ready")

    lookup = "getent hosts talk-1.talk"
    assert cluster.exec("talk-0", lookup).stdout.split()[0] == before
    cluster.run(120)
    assert cluster.exec("talk-0", lookup).stdout.split()[0] == address(cluster, "talk-1")


def test_provisioning_that_is_slow_keeps_a_pod_pending() -> None:
    cluster = box(Fault(SlowProvisioning(seconds=200)))
    assert cluster.settled
    assert cluster.now > 200


def test_pulls_that_fail_show_and_heal() -> None:
    cluster = Cluster(history=False)
    cluster.inject(Fault(FailPull(image="bash", seconds=60)))
    cluster.apply(COUNTER)
    cluster.run(40)
    assert [pod.status for pod in cluster.pods()] in (["ErrImagePull"], ["ImagePullBackOff"])
    assert "i/o timeout" in cluster.kubectl("describe pod box-0").stdout

    cluster.run()
    assert [pod.status for pod in cluster.pods()] == ["Running"]


def test_a_pull_takes_longer() -> None:
    assert box(Fault(SlowPull(image="bash", added_seconds=100))).now > box().now + 90


def test_a_disk_that_fails_is_an_error_of_the_program() -> None:
    claim = "data-box-0"
    cluster = box(Fault(FailDisk(claim=claim, seconds=60), When(condition="pod/box-0 Ready")))
    cluster.inject(Fault(FailDisk(claim=claim)))

    written = cluster.exec("box-0", "echo x > /data/log; echo $?")
    assert written.stdout == "1\n"
    assert "Input/output error" in written.stderr


def test_a_slow_disk_takes_so_many_times_as_long() -> None:
    def seconds(*faults: Fault) -> float:
        cluster = box()
        cluster.inject(*faults)
        began = cluster.now
        cluster.exec("box-0", "for n in {1..50}; do echo $n >> /data/log; done")
        return cluster.now - began

    assert seconds(Fault(SlowDisk(claim="data-box-0", factor=20))) > seconds() + 50 * 20 * 0.001
