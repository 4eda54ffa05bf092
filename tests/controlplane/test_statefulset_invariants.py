"""What holds of a StatefulSet at every instant, whatever people, Pods and nodes do to it (INV-1 to INV-11).

A controller sees the past: what is said of its acts is said of some moment in the last half second before them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import seed as same
from hypothesis import strategies as st

from simk8s.api.objects import Object, dig, is_terminating, labels, name, owners, uid
from simk8s.sim import History, Record
from tests.conformance import case
from tests.controlplane.bare_cluster import is_ready
from tests.controlplane.set_bench import POLICIES, Bench
from tests.controlplane.story import (
    PEACEFUL,
    SEEDS,
    STEPS,
    Step,
    Story,
    named,
    ordinal_of,
    owned,
    tell,
    told,
    well,
)
from tests.examples import NIGHT, examples

policies = pytest.mark.parametrize("policy", POLICIES)
LAG_SECONDS = 0.5
NAME_LAG_SECONDS = 2.0  # TIME-42, and what the watches take

Snapshot = dict[str, Object]


def stories(number: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """So many stories: at night each test has its own, otherwise all look at the same ones, which are told once."""

    def drawing(test: Callable[..., None]) -> Callable[..., None]:
        drawn = examples(number)(given(seed=SEEDS, steps=STEPS)(test))
        return drawn if NIGHT else same(1)(drawn)

    return drawing


def lately(snapshots: list[tuple[float, Snapshot]], moment: float, holds: Callable[[Snapshot], bool]) -> bool:
    """Whether it held at some moment within the lag before."""
    for time, snapshot in reversed(snapshots):
        if time <= moment and holds(snapshot):
            return True
        if time < moment - LAG_SECONDS:
            return False
    return holds({})


@policies
@case("INV-1")
@stories(15)
def test_inv_1_no_ordinal_ever_has_two_pods(policy: str, seed: int, steps: list[Step]) -> None:
    living: dict[str, str] = {}
    known: set[str] = set()
    for record, _ in told(policy, seed, steps).versions():
        if record.object.startswith("Pod/") and record.verb == "create":
            assert record.object not in living
            living[record.object] = uid(record.detail["object"])
            assert living[record.object] not in known
            known.add(living[record.object])
        elif record.object.startswith("Pod/") and record.verb == "delete":
            del living[record.object]


@policies
@case("INV-2")
@stories(10)
def test_inv_2_owned_pods_carry_the_name_label_and_claims_of_their_ordinal(
    policy: str, seed: int, steps: list[Step]
) -> None:
    for _, _, pods in told(policy, seed, steps).moments("Pod"):
        for pod_name, pod in owned(pods).items():
            assert pod_name == f"web-{ordinal_of(pod_name)}"
            assert labels(pod)["statefulset.kubernetes.io/pod-name"] == pod_name
            assert pod["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"] == f"data-{pod_name}"


@case("INV-3")
@examples(20)
@given(seed=SEEDS, steps=PEACEFUL.map(lambda steps: [step for step in steps if step[0][0] == "scale"]))
def test_inv_3_an_ordered_set_left_in_peace_has_no_gaps_and_no_pod_ready_before_its_predecessor(
    seed: int, steps: list[Step]
) -> None:
    for _, _, pods in tell("OrderedReady", seed, steps).moments("Pod"):
        assert sorted(map(ordinal_of, pods)) == list(range(len(pods)))
        ready = {ordinal_of(pod_name) for pod_name, pod in pods.items() if is_ready(pod)}
        assert ready == set(range(len(ready)))


RETENTIONS = st.fixed_dictionaries(
    {key: st.sampled_from(["Retain", "Delete"]) for key in ("whenScaled", "whenDeleted")}
)


@policies
@case("INV-4")
@examples(10)
@given(seed=SEEDS, steps=STEPS, retention=RETENTIONS)
def test_inv_4_a_ready_pods_claim_is_there_with_the_owners_of_the_policy(
    policy: str, seed: int, steps: list[Step], retention: dict[str, str]
) -> None:
    c = tell(policy, seed, steps, persistentVolumeClaimRetentionPolicy=retention, settle=300).cluster
    set_ = c.store.get("StatefulSet", "web")
    expected = [uid(set_)] if retention["whenDeleted"] == "Delete" else []
    for pod in c.pods().values():
        claim = c.store.get("PersistentVolumeClaim", f"data-{name(pod)}")
        if well(pod) and ordinal_of(name(pod)) < set_["spec"]["replicas"]:
            assert claim["status"]["phase"] == "Bound"
            assert [reference["uid"] for reference in owners(claim)] == expected
    if retention["whenScaled"] == "Retain":
        assert c.writes("delete", "PersistentVolumeClaim") == []  # STS-54: claims outlive Pods


UNIT_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("scale"), st.integers(0, 6)),
        st.tuples(st.just("image"), st.integers(0, 3)),
        st.tuples(st.just("ready"), st.integers(0, 6)),
        st.tuples(st.just("ready"), st.just(-1)),
    ),
    max_size=10,
)


def unit_story(policy: str, steps: list[tuple[str, int]], check: Callable[[Bench], None], **spec: Any) -> None:
    """Scale, update, and let Pods become Ready (-1: all of them); look after each."""
    b = Bench(3, podManagementPolicy=policy, **spec)
    b.all_ready()
    for what, value in steps:
        match what:
            case "scale":
                b.change(replicas=value)
            case "image":
                b.all_ready()  # one update after the other: Pods of a third revision are in nobody's place
                b.image(f"image-{value}")
            case "ready" if value == -1:
                b.all_ready()
            case "ready" if value in b.pods():
                b.ready(value)
        check(b)


@policies
@case("INV-5")
@examples(15)
@given(steps=UNIT_STEPS)
def test_inv_5_in_an_update_the_lowest_pods_are_current_and_the_highest_updated(
    policy: str, steps: list[tuple[str, int]]
) -> None:
    def check(b: Bench) -> None:
        status, revisions = b.status, b.revisions()
        current, updated = status["currentReplicas"], status["updatedReplicas"]
        assert revisions[:current] == [status["currentRevision"]] * current
        assert revisions[len(revisions) - updated :] == [status["updateRevision"]] * updated

    unit_story(policy, steps, check, updateStrategy={"type": "RollingUpdate"})


def statuses(story: Story) -> list[tuple[float, Object, Object]]:
    """Every version of the set that has a status: when, the set, the status."""
    found = [(time, sets["web"]) for time, _, sets in story.moments("StatefulSet") if "web" in sets]
    return [(time, set_, set_["status"]) for time, set_ in found if set_.get("status")]


@policies
@case("INV-6")
@stories(10)
def test_inv_6_no_count_of_the_status_exceeds_the_replicas(policy: str, seed: int, steps: list[Step]) -> None:  # STS-74
    for _, _, status in statuses(told(policy, seed, steps)):
        counts = [status[f"{kind}Replicas"] for kind in ("ready", "current", "updated", "available")]
        assert all(0 <= count <= status["replicas"] for count in counts)
        assert status["availableReplicas"] <= status["readyReplicas"]


@policies
@case("INV-7")
@stories(10)
def test_inv_7_the_observed_generation_and_the_collisions_never_fall(policy: str, seed: int, steps: list[Step]) -> None:
    observed = collisions = 0
    for _, set_, status in statuses(told(policy, seed, steps)):
        assert observed <= status["observedGeneration"] <= set_["metadata"]["generation"]
        assert collisions <= status["collisionCount"]
        observed, collisions = status["observedGeneration"], status["collisionCount"]


@case("INV-8")
@stories(15)
def test_inv_8_an_ordered_set_makes_or_scales_away_one_pod_a_sync(seed: int, steps: list[Step]) -> None:
    for sync in syncs(told("OrderedReady", seed, steps).cluster.sim.history):
        made = [record for record in sync if record.verb == "create" and record.object.startswith("Pod/")]
        assert len(made) <= 1


def syncs(history: History) -> list[list[Record]]:
    """The controller's writes of Pods, cut where it went on because of something new that it had heard."""
    result: list[list[Record]] = [[]]
    for record in history:
        if record.actor == "statefulset-controller":
            if len(record.causes) > 1:
                result.append([])
            result[-1].append(record)
    return result


@policies
@case("INV-9")
@examples(10)
@given(
    seed=SEEDS,
    images=st.lists(st.tuples(st.integers(0, 3), st.floats(0.01, 15)), max_size=4),
    budget=st.integers(1, 3),
)
def test_inv_9_a_rollout_never_takes_more_than_max_unavailable_pods_away(
    policy: str, seed: int, images: list[tuple[int, float]], budget: int
) -> None:  # STS-56
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": 0, "maxUnavailable": budget}}
    steps: list[Step] = [(("scale", 4), 0.5), *((("image", image), pause + 20) for image, pause in images[:1])]
    steps += [(("image", image), pause) for image, pause in images[1:]]
    story = tell(policy, seed, steps, updateStrategy=strategy)
    was_up = False
    for time, _, pods in story.moments("Pod"):
        up = sum(map(well, pods.values()))
        was_up = was_up or up == 4
        assert not was_up or 4 - up <= budget, time


def acts(story: Story) -> list[tuple[float, str, int]]:
    """When the controller created or deleted which ordinal."""
    found = []
    for record in story.cluster.sim.history:
        if record.actor == "statefulset-controller" and record.object.startswith("Pod/"):
            asks = record.verb == "update" and any(
                change["path"] == "/metadata/deletionTimestamp" for change in record.detail["patch"]
            )
            if record.verb in ("create", "delete") or asks:
                verb = "create" if record.verb == "create" else "delete"
                found.append((record.time, verb, ordinal_of(record.object)))
    return found


@policies
@case("INV-10")
@examples(10)
@given(seed=SEEDS, steps=PEACEFUL, pause=st.floats(0.01, 10))
def test_inv_10_a_set_that_is_being_deleted_creates_and_deletes_nothing(
    policy: str, seed: int, steps: list[Step], pause: float
) -> None:  # STS-42
    story = tell(policy, seed, steps, settle=pause)
    story.cluster.delete("StatefulSet", "web", propagation="Foreground")
    deleted = story.cluster.sim.now
    story.pass_time(60)
    assert [act for act in acts(story) if act[0] > deleted + LAG_SECONDS] == []
    assert story.cluster.pods() == {}


@policies
@case("INV-11")
@examples(10)
@given(steps=UNIT_STEPS, limit=st.integers(0, 3))
def test_inv_11_no_more_revisions_are_kept_than_the_limit_and_the_living(
    policy: str, steps: list[tuple[str, int]], limit: int
) -> None:  # STS-25
    def check(b: Bench) -> None:
        living = {b.status["currentRevision"], b.status["updateRevision"], *b.revisions()}
        assert len(b.history()) <= limit + len(living)

    unit_story(policy, steps, check, revisionHistoryLimit=limit)


# The five promises


@stories(15)
def test_an_ordered_set_creates_no_pod_before_all_below_it_are_ready(seed: int, steps: list[Step]) -> None:
    story = told("OrderedReady", seed, steps)
    snapshots = [(time, pods) for time, _, pods in story.moments("Pod")]
    for time, verb, ordinal in acts(story):
        if verb == "create":
            below = [f"web-{number}" for number in range(ordinal)]
            assert lately(snapshots, time, lambda pods, below=below: all(well(pods.get(name)) for name in below))


@stories(15)
def test_an_ordered_set_scales_no_pod_away_before_all_above_it_are_gone(seed: int, steps: list[Step]) -> None:
    story = told("OrderedReady", seed, steps)
    snapshots = [(time, pods) for time, _, pods in story.moments("Pod")]
    wanted = [(time, sets) for time, _, sets in story.moments("StatefulSet")]
    for time, verb, ordinal in acts(story):
        in_range = lately(wanted, time, lambda sets, o=ordinal: bool(sets) and o < sets["web"]["spec"]["replicas"])
        if verb == "delete" and not in_range:
            assert lately(snapshots, time, lambda pods, o=ordinal: all(ordinal_of(name) <= o for name in pods))


@policies
@stories(10)
def test_a_claim_is_never_bound_twice_nor_a_volume_given_twice(policy: str, seed: int, steps: list[Step]) -> None:
    bound: dict[str, str] = {}
    for record, world in told(policy, seed, steps).versions():
        if not record.object.startswith(("PersistentVolumeClaim/", "PersistentVolume/")):
            continue
        claims = named(world, "PersistentVolumeClaim").values()
        volumes = [claim["spec"]["volumeName"] for claim in claims if claim["spec"].get("volumeName")]
        assert len(volumes) == len(set(volumes))
        users = [dig(pv, "spec", "claimRef", "uid") for pv in named(world, "PersistentVolume").values()]
        users = [user for user in users if user]
        assert len(users) == len(set(users))
        for claim in claims:
            if claim["spec"].get("volumeName"):
                assert bound.setdefault(uid(claim), claim["spec"]["volumeName"]) == claim["spec"]["volumeName"]


@policies
@stories(15)
def test_a_name_never_means_a_pod_that_is_not_ready(policy: str, seed: int, steps: list[Step]) -> None:
    story = tell(policy, seed, steps, claims=False)
    snapshots = [(time, pods) for time, _, pods in story.moments("Pod")]
    for moment, pod_name, answer in story.answers:
        for address in answer.records:
            recent = [pods for time, pods in snapshots if moment - NAME_LAG_SECONDS <= time <= moment]
            before = [pods for time, pods in snapshots if time < moment - NAME_LAG_SECONDS][-1:]
            assert any(
                well(pods.get(pod_name)) and pods[pod_name]["status"]["podIP"] == address for pods in [*before, *recent]
            ), (moment, pod_name, address)


def counts(pods: Snapshot, status: Object) -> tuple[int, ...]:
    """What the status should say of these Pods (STS-70)."""
    mine = owned(pods).values()
    staying = [labels(pod)["controller-revision-hash"] for pod in mine if not is_terminating(pod)]
    ready = sum(is_ready(pod) and dig(pod, "status", "phase") == "Running" for pod in mine)
    return len(mine), ready, staying.count(status["updateRevision"])


def reported(status: Object) -> tuple[int, ...]:
    return status["replicas"], status["readyReplicas"], status["updatedReplicas"]


@policies
@stories(15)
def test_the_counts_of_the_status_are_those_of_the_pods(policy: str, seed: int, steps: list[Step]) -> None:
    story = told(policy, seed, steps)
    snapshots = [(time, pods) for time, _, pods in story.moments("Pod")]
    before: tuple[int, ...] = ()
    for time, _, status in statuses(story):
        if reported(status) != before:
            before = reported(status)
            assert lately(snapshots, time, lambda pods, s=status: counts(pods, s) == reported(s)), (time, status)
    status = story.cluster.store.get("StatefulSet", "web")["status"]
    assert reported(status) == counts(story.cluster.pods(), status)


@policies
@stories(10)
def test_left_in_peace_it_comes_to_what_was_asked_for(policy: str, seed: int, steps: list[Step]) -> None:
    c = tell(policy, seed, steps, settle=1200).cluster
    set_ = c.store.get("StatefulSet", "web")
    assert sorted(c.ready_pods()) == [f"web-{ordinal}" for ordinal in range(set_["spec"]["replicas"])]
    status = set_["status"]
    assert status["readyReplicas"] == status["updatedReplicas"] == status["replicas"] == set_["spec"]["replicas"]
    assert status["currentRevision"] == status["updateRevision"]


@policies
def test_the_same_seed_gives_the_same_history(policy: str) -> None:
    steps: list[Step] = [(("scale", 4), 9.0), (("delete", 1), 4.0), (("image", 2), 30.0), (("power off", 1), 3.0)]
    first, second, other = (tell(policy, seed, steps).cluster.sim.history for seed in (1, 1, 2))
    assert first.sha256() == second.sha256() != other.sha256()
