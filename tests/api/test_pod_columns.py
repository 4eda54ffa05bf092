"""READY, STATUS and RESTARTS of Pods (KUBELET-70 to KUBELET-73)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from simk8s.api.columns.pod import summary
from simk8s.api.objects import Object
from tests.conformance import case

NOW = datetime(2024, 1, 1, 0, 10, tzinfo=UTC)
RUNNING: Object = {"running": {"startedAt": "2024-01-01T00:00:00Z"}}


def waiting(reason: str) -> Object:
    return {"waiting": {"reason": reason}}


def ended(code: int, reason: str = "", signal: int = 0) -> Object:
    return {
        "terminated": {
            "exitCode": code,
            **({"reason": reason} if reason else {}),
            **({"signal": signal} if signal else {}),
        }
    }


def status(name: str, state: Object, *, ready: bool = False, restarts: int = 0, last: str = "") -> Object:
    entry: Object = {
        "name": name,
        "state": state,
        "ready": ready,
        "restartCount": restarts,
        "started": "running" in state,
    }
    if last:
        entry["lastState"] = {"terminated": {"finishedAt": last, "exitCode": 1}}
    return entry


def pod(
    phase: str = "Running",
    containers: list[Object] | None = None,
    init: list[Object] | None = None,
    sidecars: tuple[str, ...] = (),
    initialized: bool | None = None,
    **extra: object,
) -> Object:
    containers = (
        containers
        if containers is not None
        else [status("mysql", RUNNING, ready=True), status("xtrabackup", RUNNING, ready=True)]
    )
    init_specs = [
        {"name": entry["name"], **({"restartPolicy": "Always"} if entry["name"] in sidecars else {})}
        for entry in init or []
    ]
    conditions = [] if initialized is None else [{"type": "Initialized", "status": str(initialized)}]
    return {
        "metadata": {"name": "mysql-0", **({"deletionTimestamp": "x"} if extra.pop("deleted", False) else {})},
        "spec": {"containers": [{"name": entry["name"]} for entry in containers], "initContainers": init_specs},
        "status": {
            "phase": phase,
            "containerStatuses": containers,
            "initContainerStatuses": init or [],
            "conditions": conditions,
            **extra,
        },
    }


DONE = status("init-mysql", ended(0, "Completed"), ready=True)
BOTH_WAIT = [status("mysql", waiting("PodInitializing")), status("xtrabackup", waiting("PodInitializing"))]


@pytest.mark.parametrize(
    ("obj", "ready", "text"),
    [
        (pod("Pending", [], []), "0/0", "Pending"),
        (
            pod(
                "Pending",
                BOTH_WAIT,
                [status("init-mysql", waiting("PodInitializing")), status("clone-mysql", waiting("PodInitializing"))],
            ),
            "0/2",
            "Init:0/2",
        ),
        (
            pod(
                "Pending", BOTH_WAIT, [status("init-mysql", RUNNING), status("clone-mysql", waiting("PodInitializing"))]
            ),
            "0/2",
            "Init:0/2",
        ),
        (pod("Pending", BOTH_WAIT, [DONE, status("clone-mysql", RUNNING)]), "0/2", "Init:1/2"),
        (pod("Pending", BOTH_WAIT, [DONE, status("clone-mysql", ended(1, "Error"))]), "0/2", "Init:Error"),
        (pod("Pending", BOTH_WAIT, [DONE, status("clone-mysql", ended(7))]), "0/2", "Init:ExitCode:7"),
        (pod("Pending", BOTH_WAIT, [DONE, status("clone-mysql", ended(137, signal=9))]), "0/2", "Init:Signal:9"),
        (
            pod("Pending", BOTH_WAIT, [DONE, status("clone-mysql", waiting("CrashLoopBackOff"))]),
            "0/2",
            "Init:CrashLoopBackOff",
        ),
        (pod("Pending", BOTH_WAIT, [DONE]), "0/2", "PodInitializing"),
        (pod("Running", [status("mysql", RUNNING), status("xtrabackup", RUNNING, ready=True)]), "1/2", "Running"),
        (pod(), "2/2", "Running"),
        (
            pod("Running", [status("mysql", waiting("CrashLoopBackOff")), status("xtrabackup", RUNNING, ready=True)]),
            "1/2",
            "CrashLoopBackOff",
        ),
        (
            pod(
                "Running",
                [status("mysql", waiting("ImagePullBackOff")), status("xtrabackup", waiting("CrashLoopBackOff"))],
            ),
            "0/2",
            "ImagePullBackOff",
        ),
        (pod("Running", [status("a", ended(0, "Completed")), status("b", RUNNING, ready=True)]), "1/2", "NotReady"),
        (pod("Succeeded", [status("a", ended(0, "Completed"))]), "0/1", "Completed"),
        (pod("Failed", [status("a", ended(137, "Error"))], reason="Evicted"), "0/1", "Error"),
        (pod("Failed", [], reason="Evicted"), "0/0", "Evicted"),
        (pod(deleted=True), "2/2", "Terminating"),
        (pod("Failed", [status("a", ended(1, "Error"))], deleted=True), "0/1", "Error"),  # VER-16
    ],
)
def test_status_is_the_word_that_kubectl_prints(obj: Object, ready: str, text: str) -> None:
    assert (summary(obj).ready_text, summary(obj).status) == (ready, text)


@case("K-26")
def test_k_26_a_native_sidecar_counts_as_a_container_once_it_has_started() -> None:  # KUBELET-5
    sidecar = status("proxy", RUNNING, ready=True, restarts=2)
    said = summary(pod("Running", [status("web", RUNNING, ready=True)], [sidecar], ("proxy",)))
    assert (said.ready_text, said.status, said.restarts) == ("2/2", "Running", 2)


def test_restarts_of_init_containers_vanish_when_initialization_is_over() -> None:  # KUBELET-73, K-5, K-6
    clone = status("clone-mysql", waiting("CrashLoopBackOff"), restarts=4)
    assert summary(pod("Pending", BOTH_WAIT, [DONE, clone])).restarts == 4
    assert summary(pod("Running", None, [DONE, {**clone, "state": ended(0, "Completed")}])).restarts == 0


@case("K-25")
def test_k_25_restarts_tell_when_the_newest_one_was() -> None:  # KUBELET-73
    obj = pod(
        containers=[
            status("a", RUNNING, restarts=2, last="2024-01-01T00:05:00Z"),
            status("b", RUNNING, restarts=1, last="2024-01-01T00:09:55Z"),
        ]
    )
    assert summary(obj).restarts_text(NOW) == "3 (5s ago)"
