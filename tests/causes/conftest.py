"""Bring-ups that many tests look at, run once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from simk8s import Cluster
from simk8s.sim import History

ROOT = Path(__file__).parents[2]
SETS = {
    "ours": (ROOT / "scenarios" / "mysql", ("rook",)),
    "article": (ROOT.parent / "shared" / "manifests" / "article", ("rook",)),
    "documentation": (ROOT.parent / "shared" / "manifests" / "kubernetes-docs", ()),
}


@cache
def bring_up(name: str) -> History:
    folder, addons = SETS[name]
    cluster = Cluster(seed=1, addons=addons)
    cluster.apply(folder)
    assert cluster.run().reached
    return cluster.history


@pytest.fixture(params=SETS)
def history(request: pytest.FixtureRequest) -> History:
    """The whole start-up of three replicas, from each set of manifests."""
    if not SETS[request.param][0].exists():
        pytest.skip(f"no {SETS[request.param][0]}: these manifests are not part of the project")
    return bring_up(request.param)


@pytest.fixture
def ours() -> History:
    return bring_up("ours")


PEERS = ROOT / "scenarios" / "ring" / "peers.yaml"


@cache
def ring(publish: bool = False) -> Cluster:
    """Three peers that are ready when they can resolve each other."""
    text = PEERS.read_text()
    if publish:
        text = text.replace("clusterIP: None", "clusterIP: None\n  publishNotReadyAddresses: true")
    cluster = Cluster(seed=1)
    cluster.apply(text)
    cluster.run(60)
    return cluster
