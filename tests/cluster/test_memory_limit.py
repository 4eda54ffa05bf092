"""Limits on memory: a container that needs more is OOMKilled, and restarted like any other (KUBELET-34, KUBELET-57)."""

from __future__ import annotations

import pytest

from simk8s import Cluster
from simk8s.api.objects import Object, dig
from tests.conformance.replicated_mysql import MANIFEST


def limited(image: str, command: list[str], limit: str, *, init: bool = False, **more: object) -> Object:
    main = {"name": "main", "image": image, "command": command, "resources": {"limits": {"memory": limit}}, **more}
    rest = {"name": "rest", "image": "registry.k8s.io/pause:3.9"}
    spec = {"initContainers": [main], "containers": [rest]} if init else {"containers": [main]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec}


def last_end(cluster: Cluster) -> tuple[int, str]:
    status = dig(cluster.get("pod", "web"), "status", "containerStatuses", 0)
    ended = dig(status, "lastState", "terminated") or dig(status, "state", "terminated")
    return ended["exitCode"], ended["reason"]


@pytest.mark.parametrize(("amount", "fits"), [("50M", True), ("250M", False)])
def test_the_example_of_kubernetes_documentation(amount: str, fits: bool) -> None:
    """`Assign Memory Resources to Containers and Pods`: 100Mi, and a program that takes less, or more."""
    cluster = Cluster()
    pod = limited("polinux/stress", ["stress"], "100Mi", args=["--vm", "1", "--vm-bytes", amount, "--vm-hang", "1"])
    cluster.apply(pod)
    cluster.run(90)
    (row,) = cluster.pods()
    if fits:
        assert (row.status, row.restarts) == ("Running", 0)
        return
    assert row.status == "CrashLoopBackOff"
    assert last_end(cluster) == (137, "OOMKilled")
    shown = cluster.kubectl("describe pod web").stdout
    assert "Reason:       OOMKilled\n      Exit Code:    137" in shown
    assert cluster.kubectl("logs web").stdout == "stress: info: [1] dispatching hogs: 0 cpu, 0 io, 1 vm, 0 hdd\n"


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("x=x; while true; do x=$x$x; done", id="a variable that doubles"),
        pytest.param("x=$(head -c 40M /dev/zero | tr '\\0' x)", id="what a command printed"),
        pytest.param("tail /dev/zero", id="a program that holds its input"),
        pytest.param("dd if=/dev/zero of=/dev/null bs=64M count=1", id="a large block"),
        pytest.param("head -c 40M /dev/zero > /memory/file", id="a file in memory"),
    ],
)
def test_what_takes_memory(script: str) -> None:
    cluster = Cluster()
    pod = limited("bash:5.2", ["bash", "-c", script], "32Mi", volumeMounts=[{"name": "m", "mountPath": "/memory"}])
    pod["spec"]["volumes"] = [{"name": "m", "emptyDir": {"medium": "Memory"}}]
    pod["spec"]["restartPolicy"] = "Never"
    cluster.apply(pod)
    cluster.run(30)
    assert last_end(cluster) == (137, "OOMKilled")
    assert cluster.pods()[0].status == "OOMKilled"


def test_an_init_container_can_be_killed_too() -> None:
    """KUBELET-71."""
    cluster = Cluster()
    cluster.apply(limited("bash:5.2", ["bash", "-c", "tail /dev/zero"], "32Mi", init=True))
    seen = set()
    for _ in range(200):
        cluster.run(0.1)
        seen.add(cluster.pods()[0].status)
    assert {"Init:OOMKilled", "Init:CrashLoopBackOff"} <= seen


def test_a_mysql_server_needs_more_than_a_hundred_mebibytes() -> None:
    cluster = Cluster()
    text = MANIFEST.read_text().replace(
        "memory: 1Gi", "memory: 100Mi\n            limits:\n              memory: 100Mi", 1
    )
    cluster.apply(text)
    cluster.run(120)
    pod = cluster.get("pod", "mysql-0")
    ended = dig(pod, "status", "containerStatuses", 0, "lastState", "terminated")
    assert (ended["exitCode"], ended["reason"]) == (137, "OOMKilled")


def test_an_empty_dir_in_memory_is_no_larger_than_its_limit() -> None:
    cluster = Cluster()
    script = "head -c 3M /dev/zero > /memory/file; echo status $?; df -h /memory | tail -1"
    pod = limited("bash:5.2", ["bash", "-c", script], "32Mi", volumeMounts=[{"name": "m", "mountPath": "/memory"}])
    pod["spec"]["volumes"] = [{"name": "m", "emptyDir": {"medium": "Memory", "sizeLimit": "2Mi"}}]
    pod["spec"]["restartPolicy"] = "Never"
    cluster.apply(pod)
    cluster.run(30)
    said = cluster.kubectl("logs web").stdout.splitlines()
    assert said[0] == "head: write error: No space left on device"
    assert said[1] == "status 1"
    assert said[2].split()[1:3] == ["2.0M", "2.0M"]
