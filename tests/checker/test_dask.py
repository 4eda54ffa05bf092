"""The work on a Dask cluster: the same result, from workers that are found over the network."""

from __future__ import annotations

import pytest

from simk8s.checker import exploration
from simk8s.checker.report import report
from tests.checker.test_exploration import FRAGILE, setup

distributed = pytest.importorskip("dask.distributed")


@pytest.mark.slow
def test_a_dask_cluster_comes_to_the_same_result() -> None:
    from joblib import parallel_config

    here = report(exploration.run(setup(FRAGILE)))
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True) as cluster,
        distributed.Client(cluster) as client,
        parallel_config("dask", client=client),
    ):
        there = report(exploration.run(setup(FRAGILE), jobs=None))
    assert there == here
