"""What the StatefulSet controller does when writes fail, and what it reports (STS-70 to STS-75)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from simk8s.api.objects import condition
from simk8s.controlplane.statefulset.roster import pod_of
from simk8s.sim import EPOCH
from tests.conformance import case, row
from tests.controlplane.set_bench import POLICIES, Bench
from tests.controlplane.test_statefulset_order import RETENTIONS, bench

policies = pytest.mark.parametrize("policy", POLICIES)
retentions = pytest.mark.parametrize("retention", RETENTIONS, ids=str)
UNWELL, NOT_WRITTEN = "the API server is unwell", "the status cannot be written"


@policies
@retentions
@case("U-11")
def test_u_11_a_status_write_that_fails_is_tried_again(policy: str, retention: dict[str, str]) -> None:
    b = bench(policy, retention)
    b.fail_status(2)
    b.ready(*b.ordinals())
    assert b.errors() == [NOT_WRITTEN] * 2
    b.all_ready()
    assert (b.status["replicas"], b.status["readyReplicas"], b.status["updatedReplicas"]) == (3, 3, 3)


@retentions
@case("U-33")
def test_u_33_the_history_limit_holds_although_status_writes_fail(retention: dict[str, str]) -> None:  # STS-25
    b = bench("OrderedReady", retention, revisionHistoryLimit=2)
    b.all_ready()
    for number in range(2 + 5):
        b.fail_status(2)
        b.image(f"image-{number}")
        assert len(b.history()) <= 2 + 2
        b.all_ready()
        assert len(b.history()) <= 2 + 2
    assert b.images() == ["image-6"] * 3


@pytest.mark.parametrize(("minutes", "available"), [row("U-38", 120, 1), row("U-39", 30, 0)])
def test_a_pod_is_available_when_it_was_ready_for_longer_than_min_ready_seconds(minutes: int, available: int) -> None:
    b = Bench(1, minReadySeconds=3600)
    b.ready(0)
    b.settle(minutes * 60 - 60)
    b.change(revisionHistoryLimit=9)  # any sync
    since = (condition(b.pod(0), "Ready") or {})["lastTransitionTime"]
    assert b.sim.timestamp > since
    assert b.status["readyReplicas"] == 1
    assert b.status["availableReplicas"] == available


@pytest.mark.parametrize(
    ("sync_fails", "write_fails", "writes", "error"),
    [
        row("U-40", True, False, ["stored"], UNWELL),
        row("U-41", False, True, ["InternalError"], NOT_WRITTEN),
        row("U-42", True, True, ["InternalError"], UNWELL),
        row("U-43", False, False, ["stored"], None),
    ],
)
def test_the_status_is_written_once_a_sync_whatever_became_of_it(
    sync_fails: bool, write_fails: bool, writes: list[str], error: str | None
) -> None:  # STS-73
    b = Bench(1)
    b.all_ready()
    b.status_writes.clear()
    if sync_fails:
        b.fail_next("CREATE", "Pod", times=10_000)
    if write_fails:
        b.fail_status(10_000)
    b.store.patch(
        "StatefulSet", "foo", "default", lambda old: {**old, "spec": {**old["spec"], "replicas": 2}}, by=b.user
    )
    while not b.status_writes:
        b.settle(0.001)
    b.settle(0.001)
    assert b.status_writes == writes
    assert b.errors() == ([error] if error else [])


# The status writer


@case("SU-1")
def test_su_1_a_status_is_stored() -> None:
    b = bench("Parallel", replicas=2)
    assert b.status["replicas"] == 2
    assert set(b.status_writes) == {"stored"}


@case("SU-2")
def test_su_2_the_observed_generation_is_stored() -> None:
    b = bench("OrderedReady")
    b.change(replicas=2)
    b.change(replicas=1)
    assert b.set["metadata"]["generation"] == b.status["observedGeneration"] == 3


@case("SU-3")
def test_su_3_a_failing_status_write_is_an_error() -> None:
    b = bench("OrderedReady")
    b.fail_status(1)
    b.ready(0)
    assert b.errors() == [NOT_WRITTEN]


@case("SU-4")
def test_su_4_a_conflict_is_overcome_without_an_error() -> None:
    b = bench("OrderedReady")
    b.status_writes.clear()
    b.fail_status(1, "Conflict")
    b.ready(0)
    assert b.status_writes[:2] == ["Conflict", "stored"]
    assert b.errors() == []
    assert b.status["readyReplicas"] == 1


@case("SU-5")
def test_su_5_an_endless_conflict_is_an_error_after_five_attempts() -> None:  # STS-73
    b = bench("OrderedReady")
    b.status_writes.clear()
    b.fail_status(5, "Conflict")
    b.ready(0)
    assert b.status_writes[:6] == ["Conflict"] * 5 + ["stored"]
    assert b.errors() == [NOT_WRITTEN]


@case("SU-6")
def test_su_6_the_available_replicas_are_stored() -> None:
    b = bench("OrderedReady")
    b.all_ready()
    assert b.status["availableReplicas"] == 3


@case("D-3")
def test_d_3_the_status_of_a_set_at_rest() -> None:  # STS-70, STS-72
    b = bench("OrderedReady")
    b.all_ready()
    counts = {f"{kind}eplicas": 3 for kind in ("r", "readyR", "currentR", "updatedR", "availableR")}
    (revision,) = b.history()
    name = revision["metadata"]["name"]
    assert b.status == {
        **counts,
        "currentRevision": name,
        "updateRevision": name,
        "observedGeneration": 1,
        "collisionCount": 0,
    }
    assert b.set["metadata"]["generation"] == 1


@pytest.mark.parametrize(
    ("phase", "ready", "result"),
    [("", False, False), ("Running", False, False), ("Running", True, True)],
    ids=["new", "running", "ready"],
)
@case("UT-13")
def test_ut_13_running_and_ready_is_both(phase: str, ready: bool, result: bool) -> None:  # STS-3
    timestamp = (EPOCH + timedelta(seconds=1)).isoformat()
    conditions = [{"type": "Ready", "status": str(ready), "lastTransitionTime": timestamp}] if phase else []
    object = {"metadata": {"name": "foo-0"}, "status": {"phase": phase, "conditions": conditions}}
    assert pod_of(object).is_ready is result
