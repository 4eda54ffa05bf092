"""A run done again from what was recorded of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simk8s.cluster.cluster import Cluster
from simk8s.cluster.rerunning import rerun
from simk8s.images import Image


def replayed(inputs: Any, *, images: Sequence[Image] = ()) -> Cluster:
    """A cluster on which everything was done again. `images` are those that the first run was given.

    Raises SimError SK515 where this is not what a run was made of.
    """
    cluster = Cluster.like(inputs, images=images)
    rerun(cluster, inputs["actions"])
    return cluster
