"""Which changes have the StatefulSet controller look at which sets (STS-10)."""

from __future__ import annotations

from typing import Any

import pytest

from simk8s.api import admission
from simk8s.api.deletion import Deletion
from simk8s.api.objects import Key, Object, owner_reference
from simk8s.api.resources import Registry
from simk8s.api.store import Store
from simk8s.controlplane.informer import Informers
from simk8s.controlplane.options import Options
from simk8s.controlplane.statefulset import StatefulSets
from simk8s.sim import Simulation
from tests.conformance import case
from tests.controlplane.bare_cluster import stateful_set


class Listening:
    """A controller that only notes which keys it would look at. Sets `one` and `two` match `app=web`, `three` not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sim = Simulation()
        self.store = Store(self.sim, Registry())
        self.user = self.sim.actor("user")
        self.queued: list[str] = []
        caches = Informers(self.store, "kube-controller-manager")
        sets = StatefulSets(self.store, caches, Options())
        monkeypatch.setattr(sets._controller, "enqueue", self._note)
        admission.install(self.store)
        caches.start()
        for name, app in (("one", "web"), ("two", "web"), ("three", "other")):
            set_ = stateful_set(name, 1)
            set_["spec"]["selector"] = {"matchLabels": {"app": app}}
            set_["spec"]["template"]["metadata"]["labels"] = {"app": app}
            self.store.create(set_, by=self.user)
        self.heard()

    def _note(self, where: Key, seq: int = -1) -> None:
        self.queued.append(where.name)

    def heard(self) -> list[str]:
        """What was queued since the last question."""
        self.sim.run(self.sim.now + 1)
        heard, self.queued = sorted(set(self.queued)), []
        return heard

    def pod(self, owner: str = "", name: str = "pod-0", **labels: str) -> Object:
        """A new Pod, owned by that set, or by none."""
        meta: Object = {"name": name, "labels": labels or {"app": "web"}}
        if owner:
            meta["ownerReferences"] = [self.reference(owner)]
        pod = {"kind": "Pod", "metadata": meta, "spec": {"containers": [{"name": "a", "image": "b"}]}}
        return self.store.create(pod, by=self.user)

    def reference(self, owner: str) -> Object:
        return owner_reference(self.store.get("StatefulSet", owner))

    def change(self, **meta: Any) -> None:
        pod = self.store.get("Pod", "pod-0")
        self.store.update({**pod, "metadata": {**pod["metadata"], **meta}}, by=self.user)

    def delete(self) -> None:
        self.store.delete("Pod", "pod-0", by=self.user, deletion=Deletion(grace_seconds=0))


@pytest.fixture
def c(monkeypatch: pytest.MonkeyPatch) -> Listening:
    return Listening(monkeypatch)


@case("S-9")
def test_s_9_a_new_pod_wakes_its_owner(c: Listening) -> None:
    c.pod("one")
    assert c.heard() == ["one"]
    c.pod("two", "pod-1")
    assert c.heard() == ["two"]


@case("S-10")
def test_s_10_a_new_orphan_wakes_all_sets_that_it_matches(c: Listening) -> None:
    c.pod()
    assert c.heard() == ["one", "two"]


@case("S-11")
def test_s_11_a_new_pod_without_a_set_wakes_nobody(c: Listening) -> None:
    c.pod(app="nobody")
    assert c.heard() == []


@case("S-12")
def test_s_12_a_changed_pod_wakes_its_owner(c: Listening) -> None:
    c.pod("one")
    c.heard()
    c.change(annotations={"a": "b"})
    assert c.heard() == ["one"]


@case("S-13")
def test_s_13_an_unchanged_pod_wakes_nobody(c: Listening) -> None:  # API-1: no write, no event
    pod = c.pod("one")
    c.heard()
    c.store.update(pod, by=c.user)
    assert c.store.get("Pod", "pod-0")["metadata"]["resourceVersion"] == pod["metadata"]["resourceVersion"]
    assert c.heard() == []


@case("S-14")
def test_s_14_a_changed_pod_without_a_set_wakes_nobody(c: Listening) -> None:
    c.pod(app="nobody")
    c.change(annotations={"a": "b"})
    assert c.heard() == []


@case("S-15")
def test_s_15_an_orphan_with_new_labels_wakes_the_sets_that_it_matches_now(c: Listening) -> None:
    c.pod(app="nobody")
    c.heard()
    c.change(labels={"app": "web"})
    assert c.heard() == ["one", "two"]


@case("S-16")
def test_s_16_a_pod_that_changes_its_owner_wakes_both(c: Listening) -> None:
    c.pod("one")
    c.heard()
    c.change(ownerReferences=[c.reference("two")])
    assert c.heard() == ["one", "two"]


@case("S-17")
def test_s_17_a_released_pod_wakes_all_sets_that_it_matches(c: Listening) -> None:
    c.pod("one")
    c.heard()
    c.change(ownerReferences=[])
    assert c.heard() == ["one", "two"]


@case("S-18")
def test_s_18_a_deleted_pod_wakes_its_owner(c: Listening) -> None:
    c.pod("one")
    c.heard()
    c.delete()
    assert c.heard() == ["one"]


@case("S-19")
def test_s_19_a_deleted_orphan_wakes_nobody(c: Listening) -> None:
    c.pod()
    c.heard()
    c.delete()
    assert c.heard() == []


@case("S-20")
def test_s_20_all_sets_whose_selector_matches_are_found_and_names_do_not_count(c: Listening) -> None:
    c.pod(name="one-0")
    assert c.heard() == ["one", "two"]
    c.pod(name="three-0", app="other")
    assert c.heard() == ["three"]
