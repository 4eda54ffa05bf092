"""What the kubelet does next, as a table of what the containers are doing."""

from __future__ import annotations

import pytest

from simk8s.node.plan import Action, Kill, Slot, Start, is_complete, plan


def init(name: str, state: str = "absent", code: int = 0) -> Slot:
    return Slot(name, "init", state, code)  # type: ignore[arg-type]


def sidecar(name: str, state: str = "absent", *, started: bool = True) -> Slot:
    return Slot(name, "sidecar", state, 0, started)  # type: ignore[arg-type]


def app(name: str, state: str = "absent", code: int = 0, condemned: str = "") -> Slot:
    return Slot(name, "app", state, code, True, condemned)  # type: ignore[arg-type]


APPS = [app("a"), app("b")]


@pytest.mark.parametrize(
    ("inits", "apps", "policy", "actions"),
    [
        pytest.param([], APPS, "Always", [Start("a"), Start("b")], id="KUBELET-6 app containers do not wait"),
        pytest.param([init("x"), init("y")], APPS, "Always", [Start("x")], id="KUBELET-3 one init at a time"),
        pytest.param([init("x", "running"), init("y")], APPS, "Always", [], id="KUBELET-3 and the next waits"),
        pytest.param([init("x", "exited"), init("y")], APPS, "Always", [Start("y")], id="KUBELET-3 in order"),
        pytest.param(
            [init("x", "exited"), init("y", "exited", 1)], APPS, "Always", [Start("y")], id="KUBELET-4 only the failed"
        ),
        pytest.param([init("x", "exited", 1)], APPS, "Never", [], id="KUBELET-4 Never is final"),
        pytest.param([init("x", "exited")], APPS, "Always", [Start("a"), Start("b")], id="initialized"),
        pytest.param([sidecar("s"), init("x")], APPS, "Always", [Start("s")], id="KUBELET-5 sidecar first"),
        pytest.param(
            [sidecar("s", "running", started=False), init("x")], APPS, "Always", [], id="KUBELET-5 until it is started"
        ),
        pytest.param(
            [sidecar("s", "running"), init("x")], APPS, "Always", [Start("x")], id="KUBELET-5 not until ready"
        ),
        pytest.param(
            [sidecar("s", "exited")], [app("a", "running")], "Never", [Start("s")], id="KUBELET-5 restarted afterwards"
        ),
        pytest.param(
            [init("x", "exited", 1)], [app("a", "exited")], "Always", [Start("a")], id="KUBELET-9 init not again"
        ),
        pytest.param([], [app("a", "exited", 0)], "Always", [Start("a")], id="KUBELET-10 exit 0 is restarted too"),
        pytest.param([], [app("a", "exited", 0)], "OnFailure", [], id="KUBELET-10 OnFailure and success"),
        pytest.param([], [app("a", "exited", 3)], "OnFailure", [Start("a")], id="KUBELET-10 OnFailure and failure"),
        pytest.param([], [app("a", "exited", 3)], "Never", [], id="KUBELET-10 Never"),
        pytest.param(
            [], [app("a", "running", condemned="why")], "Always", [Kill("a", "why"), Start("a")], id="KUBELET-24"
        ),
        pytest.param([], [app("a", "running", condemned="why")], "Never", [Kill("a", "why")], id="KUBELET-24 Never"),
    ],
)
def test_the_plan_of_one_sync(inits: list[Slot], apps: list[Slot], policy: str, actions: list[Action]) -> None:
    assert list(plan(inits, apps, policy)) == actions


@pytest.mark.parametrize(
    ("inits", "apps", "policy", "complete"),
    [
        ([], [app("a", "exited")], "Always", False),
        ([], [app("a", "exited"), app("b", "running")], "Never", False),
        ([], [app("a", "exited", 1), app("b", "exited")], "Never", True),
        ([], [app("a", "exited", 1)], "OnFailure", False),
        ([], [app("a", "exited")], "OnFailure", True),
        ([init("x", "exited", 1)], APPS, "Never", True),
    ],
)
def test_a_pod_is_complete_when_nothing_will_run_again(
    inits: list[Slot], apps: list[Slot], policy: str, complete: bool
) -> None:
    assert is_complete(inits, apps, policy) is complete
