"""The store: versions, conflicts, generations, deletion, and history enough to rebuild the world."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simk8s.api.deletion import Deletion
from simk8s.api.errors import ApiError
from simk8s.api.objects import Object
from simk8s.api.resources import Registry
from simk8s.api.store import Store, Write
from simk8s.api.world import world_at
from simk8s.sim import Actor, Simulation
from tests.conformance import case


@pytest.fixture
def store() -> Store:
    return Store(Simulation(seed=7), Registry())


@pytest.fixture
def user(store: Store) -> Actor:
    return store.sim.actor("user")


def config(name: str = "a", **data: str) -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def stateful_set(**spec: Any) -> Object:
    meta = {"name": "mysql"}
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta, "spec": {"replicas": 1, **spec}}


def pod(name: str = "p", node: str = "", **meta: Any) -> Object:
    spec = {"nodeName": node, "terminationGracePeriodSeconds": 30} if node else {}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, **meta}, "spec": spec}


def test_a_new_object_gets_namespace_uid_version_and_creation_time(store: Store, user: Actor) -> None:
    store.sim.run(until=30)
    meta = store.create(config(), by=user)["metadata"]
    assert meta["namespace"] == "default"
    assert meta["creationTimestamp"] == "2024-01-01T00:00:30Z"
    assert meta["resourceVersion"] == "1"
    assert len(meta["uid"]) == 36


def test_a_name_used_again_gets_another_uid(store: Store, user: Actor) -> None:  # API-1
    first = store.create(config(), by=user)["metadata"]["uid"]
    store.delete("ConfigMap", "a", by=user)
    assert store.create(config(), by=user)["metadata"]["uid"] != first


def test_uids_depend_on_the_seed_alone() -> None:
    def made(seed: int) -> str:
        store = Store(Simulation(seed=seed), Registry())
        return str(store.create(config(), by=store.sim.actor("x"))["metadata"]["uid"])

    assert made(1) == made(1) != made(2)


def test_generate_name_adds_five_letters(store: Store, user: Actor) -> None:
    names = {
        store.create({"kind": "ConfigMap", "metadata": {"generateName": "web-"}}, by=user)["metadata"]["name"]
        for _ in range(20)
    }
    assert len(names) == 20
    assert all(len(name) == 9 and name.startswith("web-") for name in names)


def test_a_second_object_of_one_name_is_refused(store: Store, user: Actor) -> None:  # API-3
    store.create(stateful_set(), by=user)
    with pytest.raises(ApiError) as refusal:
        store.create(stateful_set(), by=user)
    assert (refusal.value.code, str(refusal.value)) == (409, 'statefulsets.apps "mysql" already exists')


def test_getting_what_is_not_there_is_refused(store: Store) -> None:  # API-3
    with pytest.raises(ApiError, match='pods "mysql-9" not found'):
        store.get("Pod", "mysql-9")


@case("A-1")
def test_a_1_a_stale_version_is_a_conflict(store: Store, user: Actor) -> None:  # API-2
    old = store.create(stateful_set(), by=user)
    store.update({**old, "spec": {"replicas": 2}}, by=user)
    with pytest.raises(ApiError) as refusal:
        store.update({**old, "spec": {"replicas": 3}}, by=user)
    assert str(refusal.value) == (
        'Operation cannot be fulfilled on statefulsets.apps "mysql": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )


def test_an_update_without_a_version_is_unconditional(store: Store, user: Actor) -> None:  # API-2
    store.create(stateful_set(), by=user)
    assert store.update(stateful_set(replicas=5), by=user)["spec"]["replicas"] == 5


@case("A-2")
def test_a_2_writing_the_same_again_is_no_write(store: Store, user: Actor) -> None:  # API-1
    old = store.create(config(a="1"), by=user)
    watch = store.watch("ConfigMap")
    length = len(store.sim.history)
    assert store.update({**old, "data": {"a": "1"}}, by=user) is old
    assert (store.version, len(store.sim.history)) == (1, length)
    assert len(watch._queue) == 1  # what existed


def test_generation_grows_with_the_spec_only(store: Store, user: Actor) -> None:  # API-1, STS-75
    old = store.create(stateful_set(), by=user)
    assert old["metadata"]["generation"] == 1
    labelled = store.update({**old, "metadata": {**old["metadata"], "labels": {"a": "b"}}}, by=user)
    reported = store.update_status({**labelled, "status": {"replicas": 1}}, by=user)
    assert reported["metadata"]["generation"] == 1
    assert store.update({**reported, "spec": {"replicas": 2}}, by=user)["metadata"]["generation"] == 2


def test_spec_and_status_are_written_apart(store: Store, user: Actor) -> None:
    old = store.create({**stateful_set(), "status": {"replicas": 9}}, by=user)
    assert "status" not in old
    new = store.update_status({**old, "spec": {"replicas": 9}, "status": {"replicas": 1}}, by=user)
    assert (new["spec"]["replicas"], new["status"]["replicas"]) == (1, 1)
    new = store.update({**new, "spec": {"replicas": 3}, "status": {"replicas": 7}}, by=user)
    assert (new["spec"]["replicas"], new["status"]["replicas"]) == (3, 1)


def test_a_kind_without_a_status_subresource_is_written_whole(store: Store, user: Actor) -> None:
    old = store.create(config(a="1"), by=user)
    assert store.update({**old, "data": {"a": "2"}}, by=user)["data"] == {"a": "2"}


def test_stored_objects_do_not_follow_the_writers_dict(store: Store, user: Actor) -> None:
    written = stateful_set()
    store.create(written, by=user)
    written["spec"]["replicas"] = 99
    assert store.get("StatefulSet", "mysql")["spec"]["replicas"] == 1


def test_unchanged_parts_of_a_new_version_are_shared(store: Store, user: Actor) -> None:
    old = store.create(stateful_set(template={"big": ["thing"]}), by=user)
    new = store.update(stateful_set(replicas=2, template={"big": ["thing"]}), by=user)
    assert new["spec"]["template"] is old["spec"]["template"]


def test_a_scheduled_pod_gets_its_grace_period(store: Store, user: Actor) -> None:  # KUBELET-55
    store.create(pod(node="n"), by=user)
    meta = store.delete("Pod", "p", by=user)["metadata"]
    assert (meta["deletionTimestamp"], meta["deletionGracePeriodSeconds"]) == ("2024-01-01T00:00:30Z", 30)
    assert store.find("Pod", "p") is not None


def test_a_second_delete_may_only_shorten_the_grace_period(store: Store, user: Actor) -> None:  # KUBELET-55
    store.create(pod(node="n"), by=user)
    store.delete("Pod", "p", by=user, deletion=Deletion(grace_seconds=20))
    assert store.delete("Pod", "p", by=user)["metadata"]["deletionGracePeriodSeconds"] == 20
    shorter = store.delete("Pod", "p", by=user, deletion=Deletion(grace_seconds=5))
    assert shorter["metadata"]["deletionTimestamp"] == "2024-01-01T00:00:05Z"


@pytest.mark.parametrize("phase", ["Failed", "Succeeded"])
def test_a_pod_that_has_ended_goes_at_once(store: Store, user: Actor, phase: str) -> None:  # KUBELET-55
    store.update_status({**store.create(pod(node="n"), by=user), "status": {"phase": phase}}, by=user)
    store.delete("Pod", "p", by=user)
    assert store.find("Pod", "p") is None


@case("K-19")
def test_k_19_an_unscheduled_pod_goes_at_once(store: Store, user: Actor) -> None:  # KUBELET-55
    store.create(pod(), by=user)
    store.delete("Pod", "p", by=user)
    assert store.find("Pod", "p") is None


def test_a_forced_delete_removes_the_object_at_once(store: Store, user: Actor) -> None:  # KUBELET-59
    store.create(pod(node="n"), by=user)
    store.delete("Pod", "p", by=user, deletion=Deletion(grace_seconds=0))
    assert store.find("Pod", "p") is None


@case("A-5")
def test_a_5_a_finalizer_holds_the_object_until_it_is_removed(store: Store, user: Actor) -> None:  # API-5
    store.create(pod(finalizers=["example.com/hold"]), by=user)
    held = store.delete("Pod", "p", by=user)
    assert "deletionTimestamp" in held["metadata"]
    store.update({**held, "metadata": {**held["metadata"], "finalizers": []}}, by=user)
    assert store.find("Pod", "p") is None


def test_a_finalizer_is_not_all_that_holds_a_pod_with_time_left(store: Store, user: Actor) -> None:
    store.create(pod(node="n", finalizers=["example.com/hold"]), by=user)
    held = store.delete("Pod", "p", by=user)
    store.update({**held, "metadata": {**held["metadata"], "finalizers": []}}, by=user)
    assert store.find("Pod", "p") is not None


def test_no_finalizer_may_be_added_to_a_dying_object(store: Store, user: Actor) -> None:  # API-5
    store.create(pod(finalizers=["a/b"]), by=user)
    held = store.delete("Pod", "p", by=user)
    with pytest.raises(ApiError, match="no new finalizers can be added"):
        store.update({**held, "metadata": {**held["metadata"], "finalizers": ["a/b", "c/d"]}}, by=user)


def test_a_delete_meant_for_another_incarnation_is_a_conflict(store: Store, user: Actor) -> None:  # KUBELET-58
    store.create(pod(), by=user)
    with pytest.raises(ApiError, match="Precondition failed: UID"):
        store.delete("Pod", "p", by=user, deletion=Deletion(uid="other"))


@pytest.mark.parametrize(
    ("propagation", "finalizers"), [("Foreground", ["foregroundDeletion"]), ("Orphan", ["orphan"])]
)
def test_propagation_is_a_finalizer(
    store: Store, user: Actor, propagation: Any, finalizers: list[str]
) -> None:  # API-7
    store.create(stateful_set(), by=user)
    left = store.delete("StatefulSet", "mysql", by=user, deletion=Deletion(propagation=propagation))
    assert left["metadata"]["finalizers"] == finalizers


def test_hooks_complete_and_refuse(store: Store, user: Actor) -> None:
    def hook(write: Write) -> None:
        if write.operation == "CREATE":
            write.new = {**write.new, "data": {"filled": "in"}}
        if write.operation == "DELETE":
            raise ApiError("Forbidden", 403, "no")

    store.admission.append(hook)
    assert store.create(config(), by=user)["data"] == {"filled": "in"}
    with pytest.raises(ApiError, match="no"):
        store.delete("ConfigMap", "a", by=user)


def test_lists_are_sorted_by_name(store: Store, user: Actor) -> None:  # KCTL-16
    for name in ("mysql-2", "mysql-10", "mysql-1"):
        store.create(pod(name), by=user)
    assert [entry["metadata"]["name"] for entry in store.list("Pod")] == ["mysql-1", "mysql-10", "mysql-2"]


def test_a_kind_that_is_not_served_is_refused(store: Store, user: Actor) -> None:
    with pytest.raises(ApiError, match='no matches for kind "Pool"'):
        store.create({"kind": "Pool", "metadata": {"name": "x"}}, by=user)


def test_a_pod_is_bound_to_its_node_once(store: Store, user: Actor) -> None:  # SCHED-2
    made = store.create(pod(), by=user)
    store.update_status({**made, "status": {"phase": "Pending"}}, by=user)
    bound = store.bind("p", "default", "node-1", uid=made["metadata"]["uid"], by=user)
    assert bound["spec"]["nodeName"] == "node-1"
    assert bound["status"]["conditions"][0]["type"] == "PodScheduled"
    with pytest.raises(ApiError, match="already assigned"):
        store.bind("p", "default", "node-2", uid=made["metadata"]["uid"], by=user)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["create", "update", "status", "delete", "release"]), st.integers(0, 2), st.integers(0, 3)
    ),
    max_size=25,
)


@settings(max_examples=60)
@given(STEPS)
def test_the_world_can_be_rebuilt_from_the_records_alone(steps: list[tuple[str, int, int]]) -> None:
    store = Store(Simulation(), Registry())
    user = store.sim.actor("user")
    snapshots = []
    for verb, number, value in steps:
        name = f"p{number}"
        try:
            if verb == "create":
                store.create(pod(name, finalizers=["a/b"] if value else []), by=user)
            elif verb == "delete":
                store.delete("Pod", name, by=user)
            else:
                old = store.get("Pod", name)
                if verb == "update":
                    store.update({**old, "spec": {"values": list(range(value))}}, by=user)
                elif verb == "status":
                    store.update_status({**old, "status": {"phase": str(value)}}, by=user)
                else:
                    store.update({**old, "metadata": {**old["metadata"], "finalizers": []}}, by=user)
        except ApiError:
            pass
        snapshots.append(
            (len(store.sim.history), {f"Pod/default/{o['metadata']['name']}": o for o in store.list("Pod")})
        )
    for length, objects in snapshots:
        assert world_at(store.sim.history.records[:length]).objects == objects
