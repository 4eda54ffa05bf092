"""A Pod's status as a function of its containers."""

from __future__ import annotations

from typing import Any

import pytest

from simk8s.api.objects import Object, condition
from simk8s.node.status import ContainerView, Kind, PodView, Running, Terminated, Waiting, phase_of, pod_status

NOW = "2024-01-01T00:01:00Z"
POD: Object = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "generation": 1},
    "spec": {"containers": []},
}

NEW = Waiting("PodInitializing")
CRASHING = Waiting("CrashLoopBackOff")
RUNS = Running("2024-01-01T00:00:05Z")
OK, BAD = Terminated(0, "Completed"), Terminated(1, "Error")


def view(name: str, state: Any, last: Terminated | None = None, kind: Kind = "app", **more: Any) -> ContainerView:
    return ContainerView(name, kind, "tiny:1", state, last, **{"is_ready": True, "is_started": True, **more})


def init(name: str, state: Any, last: Terminated | None = None) -> ContainerView:
    return view(name, state, last, "init")


def sidecar(name: str, state: Any, **more: Any) -> ContainerView:
    return view(name, state, None, "sidecar", **more)


@pytest.mark.parametrize(
    ("inits", "apps", "policy", "phase"),
    [
        pytest.param([init("x", RUNS)], [view("a", NEW)], "Always", "Pending", id="init runs"),
        pytest.param([init("x", CRASHING, BAD)], [view("a", NEW)], "Always", "Pending", id="K-5 init crash-loops"),
        pytest.param([init("x", BAD)], [view("a", NEW)], "Never", "Failed", id="KUBELET-4"),
        pytest.param([init("x", OK)], [view("a", NEW)], "Always", "Pending", id="apps not started"),
        pytest.param([init("x", OK)], [view("a", RUNS), view("b", NEW)], "Always", "Pending", id="one never ran"),
        pytest.param([], [view("a", Waiting("ImagePullBackOff")), view("b", RUNS)], "Always", "Pending", id="pull"),
        pytest.param([], [view("a", RUNS), view("b", BAD)], "Always", "Running", id="one stopped"),
        pytest.param([], [view("a", CRASHING, BAD), view("b", RUNS)], "Always", "Running", id="K-4 crash-loop"),
        pytest.param([], [view("a", CRASHING, BAD)], "Always", "Running", id="all crash-loop"),
        pytest.param([], [view("a", OK), view("b", OK)], "Never", "Succeeded", id="done"),
        pytest.param([], [view("a", OK), view("b", BAD)], "Never", "Failed", id="one failed"),
        pytest.param([], [view("a", BAD)], "OnFailure", "Running", id="will be restarted"),
        pytest.param([], [view("a", OK)], "OnFailure", "Succeeded", id="OnFailure done"),
        pytest.param([sidecar("s", RUNS)], [view("a", OK)], "Never", "Running", id="the sidecar still runs"),
        pytest.param(
            [sidecar("s", RUNS, is_started=False)], [view("a", NEW)], "Always", "Pending", id="sidecar starts"
        ),
    ],
)
def test_the_phase(inits: list[ContainerView], apps: list[ContainerView], policy: str, phase: str) -> None:
    """KUBELET-65."""
    assert phase_of(PodView(inits, apps, restart_policy=policy)) == phase


@pytest.mark.parametrize(("codes", "phase"), [((0, 0), "Succeeded"), ((0, 143), "Failed")])
def test_a_deleted_pod_ends_in_a_terminal_phase_by_its_exit_codes(codes: tuple[int, int], phase: str) -> None:
    """KUBELET-58, K-15, K-16."""
    apps = [view(str(n), Terminated(code, "Error")) for n, code in enumerate(codes)]
    assert phase_of(PodView([], apps, is_stopped=True)) == phase


@pytest.mark.parametrize("before", ["Failed", "Succeeded"])
def test_terminal_phases_are_final(before: str) -> None:
    """KUBELET-66."""
    assert phase_of(PodView([], [view("a", RUNS)]), before) == before


def test_app_containers_are_sorted_by_name_and_init_containers_are_not() -> None:
    """KUBELET-37."""
    status = pod_status(POD, PodView([init("z", OK), init("b", OK)], [view("mysql", RUNS), view("a", RUNS)]), NOW)
    assert [entry["name"] for entry in status["containerStatuses"]] == ["a", "mysql"]
    assert [entry["name"] for entry in status["initContainerStatuses"]] == ["z", "b"]


def test_conditions_stand_in_the_kubelets_order_with_their_reasons() -> None:
    """KUBELET-67."""
    apps = [view("mysql", RUNS, is_ready=False), view("xtrabackup", NEW)]
    status = pod_status(POD, PodView([init("clone-mysql", RUNS)], apps, has_sandbox=True), NOW)
    found = [(c["type"], c["status"], c.get("message", "")) for c in status["conditions"]]
    unready = "containers with unready status: [mysql xtrabackup]"
    assert found[0] == ("PodReadyToStartContainers", "True", "")
    assert found[1][:2] == ("Initialized", "True")  # an app container has run
    assert found[2:] == [
        ("Ready", "False", unready),
        ("ContainersReady", "False", unready),
        ("PodScheduled", "True", ""),
    ]


def test_what_init_containers_are_not_done_is_named() -> None:
    status = pod_status(POD, PodView([init("init-mysql", OK), init("clone-mysql", RUNS)], [view("mysql", NEW)]), NOW)
    entry = condition({"status": status}, "Initialized")
    assert entry and entry["message"] == "containers with incomplete status: [clone-mysql]"
    assert entry["reason"] == "ContainersNotInitialized"


def test_a_conditions_time_moves_only_when_it_changes() -> None:
    first = pod_status(POD, PodView([], [view("a", RUNS)]), "2024-01-01T00:00:10Z")
    second = pod_status({**POD, "status": first}, PodView([], [view("a", RUNS, is_ready=False)]), NOW)
    times = {entry["type"]: entry["lastTransitionTime"] for entry in second["conditions"]}
    assert times["Ready"] == NOW
    assert times["PodScheduled"] == "2024-01-01T00:00:10Z"


def test_conditions_of_others_are_kept() -> None:
    pod = {**POD, "status": {"conditions": [{"type": "DisruptionTarget", "status": "True"}]}}
    status = pod_status(pod, PodView([], [view("a", RUNS)]), NOW)
    assert status["conditions"][0]["type"] == "DisruptionTarget"


@pytest.mark.parametrize(
    ("gates", "ready", "reason"),
    [(None, "False", "ReadinessGatesNotReady"), ("False", "False", "ReadinessGatesNotReady"), ("True", "True", "")],
)
def test_a_readiness_gate_holds_ready_back(gates: str | None, ready: str, reason: str) -> None:
    """KUBELET-67."""
    pod: Object = {**POD, "spec": {"readinessGates": [{"conditionType": "example.com/gate"}]}}
    if gates:
        pod["status"] = {"conditions": [{"type": "example.com/gate", "status": gates}]}
    status = pod_status(pod, PodView([], [view("a", RUNS)]), NOW)
    entry = condition({"status": status}, "Ready")
    assert entry and (entry["status"], entry.get("reason", "")) == (ready, reason)


def test_a_finished_init_container_is_ready_and_a_started_sidecar_counts() -> None:
    """KUBELET-5, KUBELET-68."""
    status = pod_status(POD, PodView([init("x", OK), sidecar("s", RUNS, is_ready=False)], [view("a", RUNS)]), NOW)
    assert [entry["ready"] for entry in status["initContainerStatuses"]] == [True, False]
    entry = condition({"status": status}, "Ready")
    assert entry and entry["message"] == "containers with unready status: [s]"
