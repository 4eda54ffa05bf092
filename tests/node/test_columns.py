"""READY, STATUS and RESTARTS of real Pods in every state that containers can be in (KUBELET-30 to 36, 70 to 73)."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import pytest

from simk8s.api.objects import Object
from tests.conformance.looking import in_turn, shown
from tests.node.bench import Bench, container, probe

MISSING = {"configMapKeyRef": {"name": "none", "key": "x"}}
LONG = {"terminationGracePeriodSeconds": 20}


def main(*command: str, **fields: Any) -> list[Object]:
    return [container("main", *command, **fields)]


def init(*command: str, **fields: Any) -> dict[str, list[Object]]:
    return {"initContainers": [container("init", *command, **fields)]}


PASSED: list[tuple[str, list[Object], dict[str, Any], list[str]]] = [
    ("creating", main(), {}, ["Pending", "ContainerCreating", "Running"]),
    ("initialising", main(), init("exit", "0", "2"), ["Pending", "Init:0/1", "PodInitializing", "Running"]),
    ("done", main("exit", "0", "2"), {"restartPolicy": "Never"}, ["Running", "Completed"]),
    ("failed", main("exit", "1", "2"), {"restartPolicy": "Never"}, ["Running", "Error"]),
    ("restarted", main("exit", "1", "2"), {}, ["Running", "Error", "Running", "Error", "CrashLoopBackOff"]),
    ("restarted after success", main("exit", "0", "2"), {}, ["Running", "Completed", "Running", "Completed"]),
    ("init failed", main(), init("exit", "1", "2"), ["Init:0/1", "Init:Error", "Init:0/1", "Init:Error"]),
    ("init loops", main(), init("exit", "1", "2"), ["Init:Error", "Init:CrashLoopBackOff", "Init:0/1"]),
    ("init failed for good", main(), {**init("exit", "1"), "restartPolicy": "Never"}, ["Init:0/1", "Init:Error"]),
    ("no image", main(image="none:1"), {}, ["ContainerCreating", "ErrImagePull", "ImagePullBackOff", "ErrImagePull"]),
    ("no image for init", main(), init(image="none:1"), ["Init:0/1", "Init:ErrImagePull", "Init:ImagePullBackOff"]),
    ("never pulled", main(image="tiny:9", imagePullPolicy="Never"), {}, ["ContainerCreating", "ErrImageNeverPull"]),
    ("no image name", main(image="Tiny::"), {}, ["ContainerCreating", "InvalidImageName"]),
    ("no variable", main(env=[{"name": "X", "valueFrom": MISSING}]), {}, ["CreateContainerConfigError"]),
    (
        "no variable for init",
        main(),
        init(env=[{"name": "X", "valueFrom": MISSING}]),
        ["Init:CreateContainerConfigError"],
    ),
    ("no program", main("nothing"), {}, ["ContainerCreating", "RunContainerError", "CrashLoopBackOff"]),
    ("bad hook", main(lifecycle={"postStart": {"exec": {"command": ["exit", "2"]}}}), {}, ["PostStartHookError"]),
    ("wrong node", main(), {"nodeSelector": {"disk": "ssd"}}, ["Pending", "NodeAffinity"]),
    ("too large", main(resources={"requests": {"cpu": "9"}}), {}, ["Pending", "OutOfcpu"]),
]


@pytest.mark.parametrize(("containers", "spec", "texts"), [row[1:] for row in PASSED], ids=[row[0] for row in PASSED])
def test_status_passes_through_these_texts(
    bench: Bench, containers: list[Object], spec: dict[str, Any], texts: list[str]
) -> None:
    versions = bench.watch_pod()
    bench.pod(*containers, **spec)
    bench.run(45)
    seen = [status for status, _ in groupby(status for _, status, _ in in_turn(versions))]
    assert any(seen[start : start + len(texts)] == texts for start in range(len(seen))), seen


def test_a_terminating_pod_and_one_that_is_killed_for_memory(bench: Bench) -> None:
    """KUBELET-34, KUBELET-71."""
    bench.pod(*main("polite", "5"), **LONG)
    bench.until(bench.is_running)
    versions = bench.watch_pod()
    bench.node.kill_container("default", "web", "main", "OOMKilled")
    bench.run(10)
    bench.delete()
    bench.until(lambda: not bench.exists())
    rows = in_turn(versions)
    assert rows == [
        ("1/1", "Running", 0),
        ("0/1", "OOMKilled", 0),
        ("1/1", "Running", 1),
        ("1/1", "Terminating", 1),
        ("0/1", "Completed", 1),  # VER-16
    ]


def test_one_of_two_containers_that_is_done_leaves_the_pod_not_ready(bench: Bench) -> None:
    """KUBELET-71: Completed beside one that runs is NotReady; beside one that is not ready, too."""
    bench.pod(container("a", "exit", "0", "2"), container("b"), restartPolicy="OnFailure")
    bench.run(10)
    assert shown(bench.get()) == ("1/2", "NotReady", 0)


def test_a_sidecar_that_starts_slowly_counts_as_initialising(bench: Bench) -> None:
    """KUBELET-5, KUBELET-70."""
    side = container(
        "side", restartPolicy="Always", startupProbe=probe("exit", "1", periodSeconds=5, failureThreshold=9)
    )
    bench.pod(container("main"), initContainers=[side])
    bench.run(10)
    assert shown(bench.get()) == ("0/2", "Init:0/1", 0)


def test_a_sidecar_that_fails_counts_its_restarts_also_afterwards(bench: Bench) -> None:
    """KUBELET-5, KUBELET-73."""
    bench.pod(container("main"), initContainers=[container("side", "exit", "1", "4", restartPolicy="Always")])
    bench.run(7)
    ready, status, restarts = shown(bench.get())
    assert (status, restarts) == ("Running", 1)
    assert ready == "2/2"


def test_a_pod_of_today_carries_its_generation(bench: Bench) -> None:
    """VER-14."""
    bench.pod()
    bench.until(bench.is_running)
    pod = bench.get()
    assert (pod["metadata"]["generation"], pod["status"]["observedGeneration"]) == (1, 1)
