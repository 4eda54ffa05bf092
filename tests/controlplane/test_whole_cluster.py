"""The control plane as a whole: one history that says everything, the same for the same seed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from simk8s.api.world import world_at
from tests.controlplane.bare_cluster import Cluster, service, stateful_set

HERE = Path(__file__).parent

STORY = """
import sys
sys.path.insert(0, {here!r})
from tests.controlplane.test_whole_cluster import story
print(story(seed=3).sim.history.sha256())
"""


def story(seed: int = 0) -> Cluster:
    """A set comes up, grows, loses a Pod and a node, and shrinks."""
    c = Cluster(seed=seed)
    c.apply(service(), service("web-read", headless=False), stateful_set(claims=True))
    c.run(40)
    c.change("StatefulSet", "web", replicas=5)
    c.run(20)
    c.delete("Pod", "web-1")
    c.run(20)
    c.kubelets[0].is_alive = False
    c.run(420)
    c.change("StatefulSet", "web", replicas=2)
    c.run(60)
    return c


def test_the_world_at_the_end_is_the_world_of_the_records() -> None:
    c = story()
    objects = {
        "/".join(part for part in (o["kind"], o["metadata"].get("namespace"), o["metadata"]["name"]) if part): o
        for o in c.store
    }
    assert world_at(c.sim.history).objects == objects


def test_the_history_is_the_same_in_every_process_and_with_any_hash_seed() -> None:
    fingerprints = {
        subprocess.run(
            [sys.executable, "-c", STORY.format(here=str(HERE))],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(fingerprints) == 1


def test_nothing_but_heartbeats_happens_in_a_cluster_at_rest() -> None:
    c = Cluster()
    c.apply(service(), stateful_set(claims=True))
    c.run(60)
    length = len(c.sim.history)
    c.run(600)
    assert {r.object.split("/")[0] for r in c.sim.history.records[length:]} == {"Lease"}


def test_why_a_pod_is_ready_leads_back_to_the_user() -> None:
    """The causes of a write name what it followed from, through every component on the way."""
    c = Cluster()
    c.apply(service(), stateful_set(claims=True, replicas=2))
    c.run(40)
    record = next(r for r in c.sim.history if r.verb == "create" and r.object == "Pod/default/web-1")
    actors = []
    while record.causes:
        actors.append(record.actor.split("/")[0])
        record = c.sim.history[max(record.causes)]
    assert actors[0] == "statefulset-controller"
    assert "kubelet" in actors
    assert "kube-scheduler" in actors
    assert "persistentvolume-controller" in actors


def test_without_history_everything_happens_all_the_same() -> None:
    c = Cluster(history=False)
    c.apply(service(), stateful_set(claims=True))
    c.run(40)
    assert c.ready_pods() == ["web-0", "web-1", "web-2"]
    assert list(c.sim.history) == []
