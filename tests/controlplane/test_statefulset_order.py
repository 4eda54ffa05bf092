"""The StatefulSet controller brings Pods up and down in order, and replaces what has ended (STS-40 to STS-47)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance import case, row
from tests.controlplane.set_bench import POLICIES, Bench

RETENTIONS: list[dict[str, str]] = [
    {},
    {"whenScaled": "Delete", "whenDeleted": "Retain"},
    {"whenScaled": "Retain", "whenDeleted": "Delete"},
    {"whenScaled": "Delete", "whenDeleted": "Delete"},
]
policies = pytest.mark.parametrize("policy", POLICIES)
retentions = pytest.mark.parametrize("retention", RETENTIONS, ids=str)


def bench(policy: str, retention: dict[str, str] | None = None, replicas: int = 3, **spec: Any) -> Bench:
    if retention:
        spec["persistentVolumeClaimRetentionPolicy"] = retention
    return Bench(replicas, claims=True, podManagementPolicy=policy, **spec)


@policies
@retentions
@case("U-1")
def test_u_1_three_pods_come_up_and_are_counted(policy: str, retention: dict[str, str]) -> None:
    b = bench(policy, retention)
    b.all_ready()
    assert b.ordinals() == [0, 1, 2]
    assert {key: b.status[key] for key in ("replicas", "readyReplicas", "updatedReplicas", "availableReplicas")} == {
        "replicas": 3,
        "readyReplicas": 3,
        "updatedReplicas": 3,
        "availableReplicas": 3,
    }
    assert [pod["metadata"]["labels"]["apps.kubernetes.io/pod-index"] for pod in b.pods().values()] == ["0", "1", "2"]


def test_ordinal_two_is_not_created_until_ordinal_one_is_ready() -> None:  # STS-43
    b = bench("OrderedReady")
    assert b.ordinals() == [0]
    b.ready(0)
    assert b.ordinals() == [0, 1]
    b.phase(1, "Running")
    assert b.ordinals() == [0, 1]
    b.ready(1)
    assert b.ordinals() == [0, 1, 2]


@case("D-11")
def test_d_11_a_parallel_set_waits_for_nobody() -> None:  # STS-43
    b = bench("Parallel")
    assert b.ordinals() == [0, 1, 2]
    b.change(replicas=5)
    assert b.ordinals() == [0, 1, 2, 3, 4]


@policies
@case("U-2")
def test_u_2_scaling_up_adds_the_next_ordinal(policy: str) -> None:
    b = bench(policy)
    b.all_ready()
    b.change(replicas=4)
    b.all_ready()
    assert (b.status["replicas"], b.status["readyReplicas"], b.status["updatedReplicas"]) == (4, 4, 4)


@policies
@retentions
@case("U-3")
def test_u_3_scaling_to_nothing_removes_the_highest_first(policy: str, retention: dict[str, str]) -> None:
    b = bench(policy, retention)
    b.all_ready()
    mark = b.mark
    b.change(replicas=0)
    assert b.acts(mark) == ["delete 2", "delete 1", "delete 0"]
    assert (b.status["replicas"], b.status["updatedReplicas"]) == (0, 0)


@policies
@case("U-4")
def test_u_4_missing_pods_are_replaced(policy: str) -> None:
    b = bench(policy, replicas=5)
    b.all_ready()
    mark = b.mark
    b.remove(0, 2, 4)
    b.all_ready()
    assert b.ordinals() == [0, 1, 2, 3, 4]
    assert b.acts(mark) == ["create 0", "create 2", "create 4"]


ENDS = [row("U-5", "Failed"), row("U-6", "Succeeded")]
FAILING_ENDS = [row("U-7", "Failed"), row("U-8", "Succeeded")]


@policies
@retentions
@pytest.mark.parametrize("phase", ENDS)
def test_a_pod_that_has_ended_is_deleted_and_then_made_again(
    policy: str, retention: dict[str, str], phase: str
) -> None:  # STS-43 3a
    b = bench(policy, retention)
    uid = b.uid(0)
    mark = b.mark
    b.phase(0, phase)
    assert b.acts(mark) == ["delete 0", "create 0"]
    assert b.acts().count("create 0") == 2
    assert len(b.acts()) - 1 == (2 if policy == "OrderedReady" else 3 + 1)
    assert b.uid(0) != uid


@policies
@retentions
@pytest.mark.parametrize("phase", FAILING_ENDS)
def test_a_delete_that_fails_is_tried_again(policy: str, retention: dict[str, str], phase: str) -> None:  # STS-95
    b = bench(policy, retention)
    b.fail_next("DELETE", "Pod")
    mark = b.mark
    b.phase(0, phase)
    assert b.errors() == ["the API server is unwell"]
    assert b.acts(mark) == ["delete 0", "create 0"]
    assert b.told("FailedDelete") == ["delete Pod foo-0 in StatefulSet foo failed error: the API server is unwell"]


@policies
@case("U-9")
def test_u_9_a_create_that_fails_is_tried_again(policy: str) -> None:
    b = Bench(3, start=False)
    b.fail_next("CREATE", "Pod", times=3)
    b = replaced(b, policy)
    b.all_ready()
    assert len(b.errors()) == 3
    assert (b.status["readyReplicas"], b.status["updatedReplicas"]) == (3, 3)


def replaced(b: Bench, policy: str) -> Bench:
    from tests.controlplane.bare_cluster import stateful_set

    b.store.create(stateful_set("foo", 3, podManagementPolicy=policy), by=b.user)
    b.settle()
    return b


def lose_name_label(b: Bench, ordinal: int) -> None:
    """Take the label away that is part of the Pod's identity."""
    pod = b.pod(ordinal)
    kept = {k: v for k, v in pod["metadata"]["labels"].items() if k != "statefulset.kubernetes.io/pod-name"}
    b.store.update({**pod, "metadata": {**pod["metadata"], "labels": kept}}, by=b.user)


def name_label(b: Bench, ordinal: int) -> str | None:
    label: str | None = b.pod(ordinal)["metadata"]["labels"].get("statefulset.kubernetes.io/pod-name")
    return label


@policies
@case("PC-8")
def test_pc_8_a_lost_name_label_is_restored(policy: str) -> None:  # STS-53, STS-93
    b = bench(policy)
    b.all_ready()
    lose_name_label(b, 1)
    b.settle()
    assert name_label(b, 1) == "foo-1"
    assert b.told("SuccessfulUpdate") == ["update Pod foo-1 in StatefulSet foo successful"]


@policies
@retentions
@case("U-10")
def test_u_10_a_repair_that_fails_is_tried_again(policy: str, retention: dict[str, str]) -> None:
    b = bench(policy, retention)
    b.all_ready()
    lose_name_label(b, 0)
    b.fail_next("UPDATE", "Pod")
    b.settle()
    assert b.errors() == ["the API server is unwell"]
    assert name_label(b, 0) == "foo-0"
    assert (b.status["readyReplicas"], len(b.pods())) == (3, 3)


@case("PC-9")
def test_pc_9_a_repair_that_fails_is_told_and_changes_nothing() -> None:  # STS-95
    b = bench("OrderedReady")
    b.all_ready()
    lose_name_label(b, 1)
    b.fail_next("UPDATE", "Pod", times=10_000)
    b.settle()
    assert set(b.told("FailedUpdate")) == {"update Pod foo-1 in StatefulSet foo failed error: the API server is unwell"}
    assert name_label(b, 1) is None


@case("PC-12")
def test_pc_12_a_conflict_while_repairing_is_settled_on_the_newest_version() -> None:
    b = bench("OrderedReady")
    b.all_ready()
    for extra in ("one", "two"):
        pod = b.pod(1)
        meta = {**pod["metadata"], "labels": {**pod["metadata"]["labels"], "extra": extra}}
        meta["labels"].pop("statefulset.kubernetes.io/pod-name", None)
        b.store.update({**pod, "metadata": meta}, by=b.user)
        b.settle(0.055 if extra == "one" else 60)
    assert b.pod(1)["metadata"]["labels"]["extra"] == "two"
    assert b.pod(1)["metadata"]["labels"]["statefulset.kubernetes.io/pod-name"] == "foo-1"


@policies
@retentions
@case("U-14")
def test_u_14_lost_claims_of_a_pending_pod_are_made_again(policy: str, retention: dict[str, str]) -> None:  # STS-43 3c
    b = bench(policy, retention)
    uid = b.uid(0)
    b.store.delete("PersistentVolumeClaim", "data-foo-0", by=b.user)
    b.settle()
    b.phase(0, "Pending")
    assert b.store.find("PersistentVolumeClaim", "data-foo-0") is not None
    assert b.uid(0) == uid


@policies
@case("D-49")
def test_d_49_a_lost_claim_is_noticed_at_the_next_event_only(policy: str) -> None:  # STS-10
    b = bench(policy)
    b.store.delete("PersistentVolumeClaim", "data-foo-0", by=b.user)
    b.settle(3600)
    assert b.store.find("PersistentVolumeClaim", "data-foo-0") is None  # nobody watches claims
    b.phase(0, "Pending")
    assert b.store.find("PersistentVolumeClaim", "data-foo-0") is not None


@policies
@case("U-15")
def test_u_15_a_start_ordinal_moves_the_range(policy: str) -> None:
    b = bench(policy, ordinals={"start": 2})
    b.all_ready()
    assert b.ordinals() == [2, 3, 4]
    assert b.status["replicas"] == 3
    assert b.pod(3)["metadata"]["labels"]["apps.kubernetes.io/pod-index"] == "3"


@case("D-51")
def test_d_51_moving_the_start_brings_the_new_range_up_before_the_old_goes() -> None:
    b = bench("OrderedReady")
    b.all_ready()
    mark = b.mark
    b.change(ordinals={"start": 2})
    b.all_ready()
    assert b.acts(mark) == ["create 3", "create 4", "delete 1", "delete 0"]


@case("U-16")
def test_u_16_a_scale_down_that_fails_is_tried_again() -> None:
    b = bench("OrderedReady")
    b.all_ready()
    b.fail_next("DELETE", "Pod")
    b.change(replicas=0)
    assert (len(b.errors()), b.status["replicas"]) == (1, 0)


def with_two_terminating() -> Bench:
    """Three Pods in range, and two above it that terminate already."""
    b = bench("OrderedReady", replicas=5)
    b.all_ready()
    b.terminate(3)
    b.terminate(4)
    b.change(replicas=3)
    return b


@case("S-3")
def test_s_3_terminating_pods_above_the_range_are_left_alone() -> None:
    b = with_two_terminating()
    assert [act for act in b.acts() if act.startswith("delete")] == []
    assert b.ordinals() == [0, 1, 2, 3, 4]


@case("S-4")
def test_s_4_once_they_are_gone_the_rest_can_go() -> None:
    b = with_two_terminating()
    b.let_go(3)
    b.let_go(4)
    b.change(replicas=0)
    assert (b.ordinals(), b.status["replicas"]) == ([], 0)


def with_the_first_terminating() -> Bench:
    b = bench("OrderedReady")
    b.all_ready()
    b.terminate(0)
    b.change(replicas=5)
    return b


@case("S-5")
def test_s_5_a_terminating_pod_blocks_scaling_up() -> None:  # STS-43 3d
    assert with_the_first_terminating().ordinals() == [0, 1, 2]


@case("S-6")
def test_s_6_when_it_is_gone_it_is_made_again_before_the_others() -> None:
    b = with_the_first_terminating()
    mark = b.mark
    b.let_go(0)
    assert (b.acts(mark), b.ordinals()) == (["create 0"], [0, 1, 2])
    b.all_ready()
    assert b.ordinals() == [0, 1, 2, 3, 4]


@case("D-5")
def test_d_5_the_lowest_of_two_missing_pods_is_recreated_first() -> None:
    b = bench("OrderedReady")
    b.all_ready()
    b.remove(0, 2)
    assert b.ordinals() == [0, 1]
    b.ready(0)
    assert b.ordinals() == [0, 1, 2]


@case("D-6")
def test_d_6_an_unready_pod_blocks_scaling_up() -> None:
    b = bench("OrderedReady")
    b.all_ready()
    b.ready(1, ready=False)
    b.change(replicas=5)
    assert b.ordinals() == [0, 1, 2]
    b.ready(1)
    assert b.ordinals() == [0, 1, 2, 3]


@case("D-7")
def test_d_7_an_unready_lower_pod_blocks_scaling_down() -> None:
    b = bench("OrderedReady")
    b.all_ready()
    b.ready(1, ready=False)
    b.change(replicas=2)
    assert b.ordinals() == [0, 1, 2]
    b.ready(1)
    assert b.ordinals() == [0, 1]


@case("D-8")
def test_d_8_an_unready_pod_above_the_range_goes_if_all_below_are_well() -> None:  # STS-41
    b = bench("OrderedReady")
    b.all_ready()
    b.ready(2, ready=False)
    b.change(replicas=2)
    assert b.ordinals() == [0, 1]


@case("D-9")
def test_d_9_a_healthy_highest_pod_goes_even_if_the_one_below_it_is_not_well() -> None:  # STS-46
    b = bench("OrderedReady", replicas=5)
    b.all_ready()
    b.ready(3, ready=False)
    mark = b.mark
    b.change(replicas=3)
    assert b.acts(mark) == ["delete 4", "delete 3"]


@case("D-10")
def test_d_10_two_unready_pods_above_the_range_block_each_other() -> None:
    b = bench("OrderedReady", replicas=5)
    b.all_ready()
    b.ready(3, 4, ready=False)
    mark = b.mark
    b.change(replicas=3)
    assert b.acts(mark) == []


@case("D-12")
def test_d_12_a_parallel_set_loses_all_that_is_too_much_at_once() -> None:
    b = bench("Parallel", replicas=5)
    b.all_ready()
    b.ready(3, ready=False)
    mark = b.mark
    b.change(replicas=2)
    assert b.acts(mark) == ["delete 4", "delete 3", "delete 2"]


@case("D-48")
def test_d_48_with_min_ready_seconds_the_next_pod_waits_that_long() -> None:  # STS-12
    b = bench("OrderedReady", minReadySeconds=10)
    for _ in range(3):
        b.sim.run(b.sim.now + 1)
    ready_at = b.sim.now
    from tests.controlplane.bare_cluster import set_pod

    set_pod(b.store, b.pod(0), b.user, ready=True, phase="Running")
    b.settle(9)
    assert (b.ordinals(), b.status["availableReplicas"], b.status["readyReplicas"]) == ([0], 0, 1)
    b.settle(5)
    assert b.ordinals() == [0, 1]
    created = next(r.time for r in b.sim.history if r.verb == "create" and r.object == "Pod/default/foo-1")
    assert created >= ready_at + 10
    assert b.status["availableReplicas"] == 1


def test_available_replicas_follow_min_ready_seconds() -> None:  # STS-70
    b = bench("OrderedReady", replicas=2)
    b.all_ready()
    b.change(minReadySeconds=3600)
    assert b.status["availableReplicas"] == 0
    b.change(minReadySeconds=0)
    assert b.status["availableReplicas"] == 2


@pytest.mark.parametrize(
    ("before", "after"), [row("U-44", 3, 30), row("U-45", 10, 1), row("U-46", 501, 0), row("U-47", 0, 1000)]
)
def test_a_parallel_set_scales_in_very_few_syncs(before: int, after: int) -> None:
    b = bench("Parallel", replicas=before)
    b.all_ready()
    mark = b.mark
    b.change(replicas=after)
    assert len(b.ordinals()) == after
    times = {record.time for record in b.sim.history.records[mark:] if record.object.startswith("Pod/")}
    assert len(times) <= 40  # so they overlapped: batches of 1, 2, 4, ..., 500


@case("D-50")
def test_d_50_a_set_without_a_service_runs_all_the_same() -> None:  # STS-83
    b = bench("OrderedReady", serviceName="nowhere")
    assert b.pod(0)["spec"]["subdomain"] == "nowhere"


@case("S-7")
def test_s_7_nothing_is_created_while_the_set_is_being_deleted() -> None:  # STS-42
    from simk8s.api.deletion import Deletion

    b = bench("OrderedReady")
    b.all_ready()
    b.store.delete("StatefulSet", "foo", by=b.user, deletion=Deletion(propagation="Foreground"))
    b.settle()
    mark = b.mark
    b.remove(1)
    assert b.acts(mark) == []
