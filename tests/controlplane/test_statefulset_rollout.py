"""Rolling updates of a StatefulSet (STS-30 to STS-33, STS-55 to STS-59, STS-72)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simk8s.api.objects import Object
from simk8s.controlplane.options import Options
from simk8s.controlplane.statefulset.desired import Desired, desired_of
from simk8s.controlplane.statefulset.rollout import roll
from simk8s.controlplane.statefulset.roster import Pod, Roster
from tests.conformance import case, row
from tests.controlplane.set_bench import POLICIES, Bench

policies = pytest.mark.parametrize("policy", POLICIES)
BLOCK = {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}
NO_BLOCK = {"type": "RollingUpdate"}
ON_DELETE = {"type": "OnDelete"}


def bench(policy: str = "OrderedReady", replicas: int = 3, strategy: Object = BLOCK, **spec: Any) -> Bench:
    b = Bench(replicas, podManagementPolicy=policy, updateStrategy=strategy, **spec)
    b.all_ready()
    b.image("a")
    b.all_ready()
    if strategy is ON_DELETE:
        b.remove(*range(replicas))
        b.all_ready()
    return b


def partition(number: int, **more: Any) -> Object:
    return {"type": "RollingUpdate", "rollingUpdate": {"partition": number, **more}}


@policies
@case("U-24")
def test_u_24_all_pods_end_at_the_new_revision(policy: str) -> None:
    b = bench(policy)
    b.image("b")
    b.all_ready()
    assert b.images() == ["b", "b", "b"]
    assert b.status["currentRevision"] == b.status["updateRevision"] == b.history()[-1]["metadata"]["name"]


@case("D-13")
def test_d_13_the_highest_ordinal_goes_first_and_each_waits_for_the_one_before() -> None:
    b = bench()
    mark = b.mark
    b.image("b")
    assert b.acts(mark) == ["delete 2", "create 2"]
    b.all_ready()
    assert b.acts(mark) == ["delete 2", "create 2", "delete 1", "create 1", "delete 0", "create 0"]


@case("D-14")
def test_d_14_the_counts_of_a_rollout_at_each_step() -> None:  # STS-70, STS-71, STS-72
    b = bench()
    counts: list[tuple[int, int]] = []
    b.image("b")
    while True:
        pair = (b.status["currentReplicas"], b.status["updatedReplicas"])
        if counts[-1:] != [pair]:
            counts.append(pair)
        if b.status["currentRevision"] == b.status["updateRevision"]:
            break
        b.ready(*[o for o, pod in b.pods().items() if pod["status"]["phase"] == "Pending"])
    assert counts == [(2, 1), (1, 2), (0, 3), (3, 3)]


@policies
@case("U-25")
def test_u_25_scaling_up_together_with_an_update(policy: str) -> None:
    b = bench(policy)
    b.image("b", replicas=5)
    b.all_ready()
    assert b.images() == ["b"] * 5


@case("D-25")
def test_d_25_scaling_up_comes_before_updating() -> None:  # STS-47
    b = bench()
    mark = b.mark
    b.image("b", replicas=5)
    b.all_ready()
    assert b.acts(mark) == [
        *("create 3", "create 4"),
        *("delete 2", "create 2", "delete 1", "create 1", "delete 0", "create 0"),
    ]
    assert b.images() == ["b"] * 5


@policies
@case("U-26")
def test_u_26_scaling_down_together_with_an_update(policy: str) -> None:
    b = bench(policy, replicas=5)
    mark = b.mark
    b.image("b", replicas=3)
    b.all_ready()
    assert b.images() == ["b"] * 3
    assert b.acts(mark)[:2] == ["delete 4", "delete 3"]


@case("D-26")
def test_d_26_scaling_down_comes_before_updating() -> None:  # STS-47
    b = bench(replicas=5)
    mark = b.mark
    b.image("b", replicas=3)
    b.all_ready()
    assert b.acts(mark) == [
        *("delete 4", "delete 3"),
        *("delete 2", "create 2", "delete 1", "create 1", "delete 0", "create 0"),
    ]


@policies
@case("U-27")
def test_u_27_on_delete_replaces_nothing_by_itself(policy: str) -> None:  # STS-32
    b = bench(policy, strategy=ON_DELETE)
    b.image("b")
    b.all_ready()
    assert b.images() == ["a"] * 3


@policies
@case("U-28")
def test_u_28_on_delete_gives_new_ordinals_the_new_revision(policy: str) -> None:
    b = bench(policy, strategy=ON_DELETE)
    b.image("b", replicas=5)
    b.all_ready()
    assert b.images() == ["a", "a", "a", "b", "b"]


@policies
@case("U-29")
def test_u_29_on_delete_scaling_down_leaves_the_rest_as_it_is(policy: str) -> None:
    b = bench(policy, strategy=ON_DELETE, replicas=5)
    b.image("b", replicas=3)
    b.all_ready()
    assert b.images() == ["a"] * 3


@policies
@case("U-30")
@pytest.mark.parametrize(("first", "then"), [(3, 3), (3, 5), (5, 3)], ids=["as U-27", "as U-28", "as U-29"])
def test_u_30_on_delete_down_to_nothing_and_back_is_all_new(policy: str, first: int, then: int) -> None:
    b = bench(policy, strategy=ON_DELETE, replicas=first)
    b.image("b", replicas=then)
    b.all_ready()
    b.change(replicas=0)
    b.change(replicas=first)
    b.all_ready()
    assert b.images() == ["b"] * first


@case("D-30")
def test_d_30_on_delete_never_advances_the_current_revision() -> None:  # STS-72
    b = bench(strategy=ON_DELETE)
    current = b.status["currentRevision"]
    b.image("b")
    for ordinal in (0, 1, 2):
        b.remove(ordinal)
        b.all_ready()
    assert b.images() == ["b"] * 3
    assert b.status["currentRevision"] == current
    assert (b.status["updatedReplicas"], b.status["currentReplicas"]) == (3, 0)


@policies
@case("U-31")
def test_u_31_a_partition_keeps_the_lower_ordinals(policy: str) -> None:  # STS-30
    b = at_one_revision(bench(policy, strategy=partition(2)))
    b.image("b")
    b.all_ready()
    assert b.images() == ["a", "a", "b"]
    assert b.status["currentRevision"] != b.status["updateRevision"]


@case("D-29")
def test_d_29_a_pod_below_the_partition_comes_back_old() -> None:  # STS-30, STS-55
    b = at_one_revision(bench(strategy=partition(2)))
    b.image("b")
    b.all_ready()
    b.remove(0)
    b.all_ready()
    assert b.images() == ["a", "a", "b"]


def at_one_revision(b: Bench) -> Bench:
    """The partition kept the fixture's first image on some Pods: let it through once."""
    strategy = b.set["spec"]["updateStrategy"]
    b.change(updateStrategy=partition(0))
    b.all_ready()
    b.change(updateStrategy=strategy)
    b.all_ready()
    assert len(set(b.images())) == 1
    return b


@policies
@case("U-32")
def test_u_32_new_ordinals_above_the_partition_are_new(policy: str) -> None:
    b = at_one_revision(bench(policy, strategy=partition(2)))
    b.image("b", replicas=5)
    b.all_ready()
    assert b.images() == ["a", "a", "b", "b", "b"]


@case("D-28")
def test_d_28_a_partition_beyond_the_replicas_freezes_all_and_covers_new_ordinals() -> None:  # STS-33
    b = at_one_revision(bench(strategy=partition(5)))
    b.image("b")
    b.all_ready()
    assert b.images() == ["a"] * 3
    b.change(replicas=7)
    b.all_ready()
    assert b.images() == ["a"] * 5 + ["b"] * 2


def test_a_partition_counts_from_the_start_ordinal() -> None:  # STS-33
    b = at_one_revision(bench(strategy=partition(2), ordinals={"start": 4}))
    b.image("b")
    b.all_ready()
    assert (b.ordinals(), b.images()) == ([4, 5, 6], ["a", "a", "b"])


@case("D-15")
def test_d_15_with_a_block_a_pod_that_dies_comes_back_new() -> None:  # STS-30
    b = bench()
    b.image("b")
    assert b.images() == ["a", "a", "b"]
    b.remove(0)
    assert b.images() == ["b", "a", "b"]
    b.all_ready()
    assert b.images() == ["b"] * 3


@case("D-16")
def test_d_16_without_a_block_a_pod_that_dies_comes_back_as_it_was() -> None:  # STS-31
    b = bench(strategy=NO_BLOCK)
    b.image("b")
    assert b.images() == ["a", "a", "b"]
    b.remove(0)
    assert b.images() == ["a", "a", "b"]
    b.all_ready()
    assert b.images() == ["b"] * 3


def halted() -> Bench:
    """D-17: the newest image never becomes Ready."""
    b = bench()
    b.image("bad")
    b.settle(3600)
    return b


@case("D-17")
def test_d_17_a_pod_that_never_becomes_ready_halts_the_rollout() -> None:
    b = halted()
    assert (b.images(), b.status["updatedReplicas"], b.status["readyReplicas"]) == (["a", "a", "bad"], 1, 2)


@case("D-18")
def test_d_18_reverting_the_template_does_not_unblock_an_ordered_set() -> None:  # STS-59
    b = halted()
    mark, good = b.mark, b.revisions()[0]
    b.image("a")
    assert (b.acts(mark), b.images(), b.status["updateRevision"]) == ([], ["a", "a", "bad"], good)


@case("D-19")
def test_d_19_deleting_the_pod_does() -> None:  # STS-59, STS-30
    b = halted()
    b.image("a")
    b.remove(2)
    b.all_ready()
    assert b.images() == ["a"] * 3
    assert b.status["currentRevision"] == b.status["updateRevision"] == b.revisions()[0]


@case("D-20")
def test_d_20_a_bad_first_pod_stays_broken_until_it_is_deleted_by_hand() -> None:
    b = Bench(3)
    b.image("fixed")
    b.settle(600)
    assert b.ordinals() == [0]
    assert b.images() != ["fixed"]
    b.remove(0)
    assert b.images() == ["fixed"]


@case("D-21")
def test_d_21_a_parallel_set_replaces_the_bad_pod_itself() -> None:  # STS-57b
    b = bench("Parallel")
    b.image("bad")
    assert b.images() == ["a", "a", "bad"]
    b.image("a")
    b.all_ready()
    assert b.images() == ["a"] * 3


@case("D-23")
def test_d_23_without_the_gate_a_parallel_set_reaches_a_pod_that_never_was_ready() -> None:  # STS-55
    b = Bench(3, options=Options(max_unavailable_stateful_set=False), podManagementPolicy="Parallel")
    b.ready(1, 2)
    mark = b.mark
    b.image("b")
    b.ready(2)
    b.ready(1)
    assert b.acts(mark) == ["delete 2", "create 2", "delete 1", "create 1", "delete 0", "create 0"]


@case("D-24")
def test_d_24_an_ordered_set_updates_nothing_while_a_pod_is_unready() -> None:
    b = bench()
    b.ready(1, ready=False)
    old = b.status["currentRevision"]
    mark = b.mark
    b.image("b")
    assert b.acts(mark) == []
    assert b.status["updateRevision"] != b.status["currentRevision"] == old
    b.ready(1)
    b.all_ready()
    assert b.acts(mark)[::2] == ["delete 2", "delete 1", "delete 0"]


@case("D-27")
def test_d_27_a_second_change_overtakes_the_first() -> None:
    b = bench()
    b.image("b")
    assert b.images() == ["a", "a", "b"]
    mark = b.mark
    b.image("c")
    b.all_ready()
    assert b.acts(mark)[::2] == ["delete 2", "delete 1", "delete 0"]
    assert b.images() == ["c"] * 3


@case("D-31")
def test_d_31_with_no_replicas_an_update_is_complete_at_once() -> None:  # STS-72
    b = bench(replicas=0)
    b.image("b")
    assert b.status["currentRevision"] == b.status["updateRevision"]


@case("U-21")
def test_u_21_an_ordered_batch_goes_together_and_comes_back_one_by_one() -> None:  # STS-58
    b = at_one_revision(bench(replicas=6, strategy=partition(3, maxUnavailable=2)))
    mark = b.mark
    b.image("b")
    assert b.acts(mark) == ["delete 5", "delete 4", "create 4"]
    b.ready(4)
    assert b.acts(mark)[3:] == ["create 5"]
    b.ready(5)
    assert b.acts(mark)[4:] == ["delete 3", "create 3"]
    b.ready(3)
    assert b.images() == ["a", "a", "a", "b", "b", "b"]


@case("U-22")
def test_u_22_a_parallel_batch_comes_back_together() -> None:  # STS-58
    b = at_one_revision(bench("Parallel", replicas=6, strategy=partition(3, maxUnavailable=2)))
    mark = b.mark
    b.image("b")
    assert b.acts(mark) == ["delete 5", "delete 4", "create 4", "create 5"]
    b.ready(4)
    assert b.acts(mark)[4:] == ["delete 3", "create 3"]


@case("E-56")
def test_e_56_unavailability_stays_within_the_budget_and_min_ready_seconds_count() -> None:  # STS-56
    b = bench("Parallel", replicas=4, strategy=partition(0, maxUnavailable=2), minReadySeconds=15)
    mark = b.mark
    b.image("b")
    assert b.acts(mark)[:2] == ["delete 3", "delete 2"]
    from tests.controlplane.bare_cluster import set_pod

    for ordinal in (2, 3):
        set_pod(b.store, b.pod(ordinal), b.user, ready=True, phase="Running")
    b.settle(10)
    assert len(b.acts(mark)) == 4
    b.settle(20)
    assert b.acts(mark)[4:6] == ["delete 1", "delete 0"]


def update_whose_deletes_fail() -> Bench:
    b = bench()
    b.fail_next("DELETE", "Pod", times=10_000)
    b.image("b")
    return b


@case("U-12")
def test_u_12_a_delete_that_fails_leaves_the_counts_as_they_are() -> None:
    b = update_whose_deletes_fail()
    assert set(b.errors()) == {"the API server is unwell"}
    assert (b.status["currentReplicas"], b.status["updatedReplicas"], len(b.pods())) == (3, 0, 3)
    assert b.status["currentRevision"] != b.status["updateRevision"]


@case("U-13")
def test_u_13_when_deletes_succeed_again_the_update_goes_on() -> None:
    b = update_whose_deletes_fail()
    b.failures.clear()
    mark = b.mark
    b.settle(2000)
    assert b.acts(mark)[:1] == ["delete 2"]
    assert b.status["currentReplicas"] == 2
    b.all_ready()
    assert b.images() == ["b"] * 3


# One update phase in isolation: U-60 to U-81, and U-23.

SPEC: Object = {
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "metadata": {"name": "foo", "namespace": "default", "uid": "u", "generation": 2},
    "spec": {"template": {}, "updateStrategy": BLOCK},
}


def pod(ordinal: int, kind: str = "", revision: str = "A") -> Pod:
    """`u` not ready, `t` terminating, `r` ready only just now, otherwise available."""
    return Pod(
        ordinal=ordinal,
        object={
            "metadata": {"name": f"foo-{ordinal}"},
            "status": {
                "conditions": [
                    {
                        "type": "Ready",
                        "lastTransitionTime": "2024-01-01T00:16:40Z" if kind == "r" else "2024-01-01T00:00:00Z",
                    }
                ]
            },
        },
        phase="Running",
        is_ready=kind != "u",
        is_terminating=kind == "t",
        revision=revision,
    )


def desired(policy: str, n: int, partition: int, m: int, min_ready: int = 0) -> Desired:
    read = desired_of(SPEC, "A", "B", Options())
    return replace(
        read,
        replicas=n,
        is_ordered=policy == "OrderedReady",
        partition=partition,
        max_unavailable=m,
        min_ready_seconds=min_ready,
        rollout_min_ready_seconds=min_ready,
    )


def remaining(wanted: Desired, special: dict[int, str]) -> set[int]:
    roster = Roster()
    for ordinal in range(wanted.replicas):
        roster.put(pod(ordinal, special.get(ordinal, "")))
    return {*range(wanted.replicas)} - {gone.ordinal for gone in roll(wanted, roster, now=1001.0)}


P, O = "Parallel", "OrderedReady"  # noqa: E741
STALE_PODS: list[tuple[str, str, int, int, int, int, str, str]] = [
    ("U-60", P, 1, 0, 1, 0, "0u", ""),
    ("U-61", P, 3, 0, 1, 0, "2u", "0 1"),
    ("U-62", P, 5, 0, 2, 0, "3u 4u", "0 1 2"),
    ("U-63", O, 1, 0, 1, 0, "0u", "0"),
    ("U-64", O, 3, 0, 1, 0, "2u", "0 1 2"),
    ("U-65", O, 5, 0, 2, 0, "4u", "0 1 2 3"),
    ("U-66", P, 3, 0, 1, 0, "2t", "0 1 2"),
    ("U-67", O, 3, 0, 1, 0, "2t", "0 1 2"),
    ("U-68", P, 5, 0, 3, 0, "3u 4t", "0 1 4"),
    ("U-69", P, 3, 0, 1, 30, "2r", "0 1"),
    ("U-70", O, 3, 0, 1, 30, "2r", "0 1 2"),
    ("U-71", P, 5, 0, 3, 0, "3t 4u", "0 1 3"),
    ("U-72", O, 5, 0, 3, 0, "3u 4t", "0 1 2 4"),
    ("U-73", O, 5, 0, 3, 0, "3t 4u", "0 1 2 3"),
    ("U-74", P, 5, 2, 1, 0, "4u", "0 1 2 3"),
    ("U-75", P, 5, 2, 1, 0, "2u", "0 1 3 4"),
    ("U-76", P, 5, 2, 1, 0, "1u", "0 1 2 3 4"),
    ("U-77", O, 5, 2, 1, 0, "4u", "0 1 2 3 4"),
    ("U-78", P, 5, 3, 2, 0, "3u 4u", "0 1 2"),
    ("U-79", P, 5, 3, 2, 0, "1u 4u", "0 1 2 3"),
    ("U-80", P, 4, 0, 2, 0, "0u 1u", "2 3"),
    ("U-81", P, 5, 0, 3, 0, "0u 1u", "2 3"),
]


@pytest.mark.parametrize(
    ("policy", "n", "partition", "m", "min_ready", "pods", "left"),
    [row(*line) for line in STALE_PODS],
)
def test_which_pods_one_update_phase_leaves_alone(
    policy: str, n: int, partition: int, m: int, min_ready: int, pods: str, left: str
) -> None:  # STS-56, STS-57b
    special = {int(entry[:-1]): entry[-1] for entry in pods.split()}
    assert remaining(desired(policy, n, partition, m, min_ready), special) == {int(o) for o in left.split()}


@pytest.mark.parametrize("terminating", ["", "5", "3", "4", "54", "53", "43", "543", "2", "1"])
@case("U-23")
def test_u_23_terminating_pods_use_up_the_budget(terminating: str) -> None:
    special = {int(ordinal): "t" for ordinal in terminating}
    left = remaining(desired(O, 6, 3, 2), special)
    assert 6 - len(left) == max(0, 2 - len(terminating))


@pytest.mark.parametrize(
    ("value", "replicas", "result"),
    [
        (None, 10, 1),
        (3, 10, 3),
        (3, 0, 3),
        (0, 0, 1),
        ("10%", 25, 2),
        ("100%", 5, 5),
        ("50%", 5, 2),
        ("10%", 5, 1),
        ("1%", 0, 1),
        ("0%", 0, 1),
    ],
)
@case("UT-12")
def test_ut_12_max_unavailable_is_a_number_or_a_percentage(value: Any, replicas: int, result: int) -> None:
    block = {"partition": 0} if value is None else {"maxUnavailable": value}
    strategy = {"type": "RollingUpdate", "rollingUpdate": block}
    spec = {**SPEC["spec"], "replicas": replicas, "updateStrategy": strategy}
    assert desired_of({**SPEC, "spec": spec}, "A", "B", Options()).max_unavailable == result


@pytest.mark.parametrize(("waits", "left"), [(True, {0, 1, 2}), (False, {0, 1})])
def test_a_rollout_waits_for_min_ready_seconds_since_1_34(waits: bool, left: set[int]) -> None:  # VER-2
    wanted = desired(P, 3, 0, 2, min_ready=30)
    if not waits:
        wanted = replace(wanted, rollout_min_ready_seconds=0)
    roster = Roster()
    for ordinal, kind in enumerate(["r", "r", ""]):
        roster.put(pod(ordinal, kind, revision="B" if kind else "A"))
    assert {0, 1, 2} - {gone.ordinal for gone in roll(wanted, roster, now=1001.0)} == left
    options = Options(min_ready_seconds_in_rollouts=waits)
    spec = {**SPEC["spec"], "minReadySeconds": 30}
    assert desired_of({**SPEC, "spec": spec}, "A", "B", options).rollout_min_ready_seconds == (30 if waits else 0)
