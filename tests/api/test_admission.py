"""What happens to an object on its way into the store."""

from __future__ import annotations

import pytest

from simk8s.api import admission
from simk8s.api.errors import ApiError
from simk8s.api.objects import Object
from simk8s.api.resources import Registry
from simk8s.api.store import Store
from simk8s.sim import Simulation


@pytest.fixture
def store() -> Store:
    store = Store(Simulation(seed=1), Registry())
    admission.install(store)
    return store


def pod(namespace: str = "default", **spec: object) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "a", "namespace": namespace},
        "spec": {"containers": [{"name": "a", "image": "i"}], **spec},
    }


def test_what_is_stored_has_its_defaults(store: Store) -> None:
    stored = store.create(pod(), by=store.sim.actor("me"))
    assert stored["spec"]["containers"][0]["imagePullPolicy"] == "Always"  # KUBELET-12
    assert stored["status"]["phase"] == "Pending"  # STS-3


def test_a_created_object_is_validated(store: Store) -> None:
    with pytest.raises(ApiError, match="restartPolicy: Unsupported value"):
        store.create(pod(restartPolicy="Perhaps"), by=store.sim.actor("me"))
    assert store.list("Pod") == []


def test_an_update_is_compared_with_what_was_there(store: Store) -> None:  # API-9
    me = store.sim.actor("me")
    stored = store.create(pod(), by=me)
    with pytest.raises(ApiError, match="pod updates may not change fields other than"):
        store.update({**stored, "spec": {**stored["spec"], "hostNetwork": True}}, by=me)
    assert store.update({**stored, "spec": {**stored["spec"], "nodeName": "node-1"}}, by=me)["spec"]["nodeName"]


def test_nothing_is_created_in_a_namespace_that_is_not_there_or_goes_away(store: Store) -> None:
    me = store.sim.actor("me")
    with pytest.raises(ApiError, match='namespaces "test" not found'):
        store.create(pod("test"), by=me)
    store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "test", "finalizers": ["x"]}}, by=me)
    store.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "test"}}, by=me)
    store.delete("Namespace", "test", by=me)
    with pytest.raises(ApiError, match="because it is being terminated"):
        store.create(pod("test"), by=me)
