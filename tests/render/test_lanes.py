"""A history as lanes: steps, attempts, readiness, marks."""

from __future__ import annotations

import pytest

from simk8s import Cluster
from simk8s.render.lanes import STEPS, Lane, lanes

POD = """
apiVersion: v1
kind: Pod
metadata: {name: clerk}
spec:
  initContainers:
    - {name: sweep, image: bash, command: [bash, -c, 'sleep 1']}
    - {name: heat, image: bash, command: [bash, -c, 'sleep 1']}
  containers:
    - name: main
      image: bash
      command: [bash, -c, 'sleep 20; exit 3']
"""


@pytest.fixture(scope="module")
def lane() -> Lane:
    cluster = Cluster(seed=1)
    cluster.apply(POD)
    cluster.run("60s")
    return lanes(cluster.history.records)[0]


def test_init_containers_share_a_track_one_after_the_other(lane: Lane) -> None:
    steps = lane.tracks[STEPS].slices
    assert [(piece.container, piece.step) for piece in steps] == [("sweep", 1), ("heat", 2)]
    assert steps[0].end is not None and steps[0].end <= steps[1].start


def test_each_attempt_of_a_container_is_a_slice_with_its_end(lane: Lane) -> None:
    first, second = lane.tracks["main"].slices[:2]
    assert (first.number, first.status) == (0, 3)
    assert second.number == 1 and first.end is not None and first.end < second.start


def test_a_slice_knows_when_it_was_ready(lane: Lane) -> None:
    first = lane.tracks["main"].slices[0]
    assert first.is_ready(first.start + 10) and not first.is_ready(first.start)


def test_restarts_and_readiness_are_marks(lane: Lane) -> None:
    kinds = [mark.kind for mark in lane.marks]
    assert kinds[0] == "created" and kinds.index("ready") < kinds.index("restart")
    assert "unready" in kinds


def test_a_node_that_loses_its_power_ends_the_slices_on_it() -> None:
    cluster = Cluster(nodes=1, seed=1)
    cluster.apply(POD)
    cluster.run("pod/clerk Ready")
    cluster.power_off("node-1")

    lane = lanes(cluster.history.records)[0]

    assert lane.tracks["main"].slices[0].end == pytest.approx(cluster.now, abs=1e-6)
    assert [mark.kind for mark in lane.marks][-1] == "fault"
