"""`simk8s run --judge`: the oracle beside a run. What it writes is an input of the run, so a saved trace says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simk8s.checker.oracle import Oracle
    from simk8s.cluster import Cluster

INPUT = "judge"
"""Among a trace's inputs: `begun`, or `finished` where it has written its last rows, too."""


def judging(cluster: Cluster) -> Oracle:
    """An oracle that follows this cluster from now on."""
    from simk8s.checker.oracle import Oracle

    oracle = Oracle(cluster)
    oracle.begin()
    cluster.recording.inputs[INPUT] = "begun"
    return oracle


def finish(oracle: Oracle) -> None:
    """Let it write its last rows and look at every server."""
    oracle.cluster.complete(oracle.finish())
    oracle.cluster.recording.inputs[INPUT] = "finished"
