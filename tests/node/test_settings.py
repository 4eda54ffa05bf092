"""Kubelets of other releases, and with other settings."""

from __future__ import annotations

from itertools import pairwise

import pytest

from simk8s import Cluster
from simk8s.errors import SimError
from simk8s.node.settings import Settings
from tests.conformance.looking import tens, waits
from tests.node.bench import Bench, container


def test_the_default_is_the_profile_of_the_card() -> None:
    """VER-7, VER-8, VER-9, VER-12, VER-17."""
    assert Settings() == Settings("v1.35.0", "failure", 300)


@pytest.mark.parametrize(
    ("version", "text"), [("v1.31.9", "Created container main"), ("v1.32.0", "Created container: main")]
)
def test_created_is_told_in_the_words_of_the_release(bench: Bench, version: str, text: str) -> None:
    """VER-8, KUBELET-82."""
    bench.site.settings = Settings(version)
    bench.pod()
    bench.until(bench.is_running)
    assert bench.events("Created") == [text]
    assert bench.events("Started") == ["Started container main"]


@pytest.mark.parametrize(("version", "has_size"), [("v1.29.0", False), ("v1.30.0", True)])
def test_pulled_tells_the_size_since_one_thirty(version: str, has_size: bool) -> None:
    """VER-9, KUBELET-80, KUBELET-81."""
    bench = Bench(cached=False)
    bench.site.settings = Settings(version)
    bench.pod()
    bench.until(bench.is_running)
    assert bench.events("Pulling") == ['Pulling image "tiny:1"']
    (text,) = bench.events("Pulled")
    assert text.startswith('Successfully pulled image "tiny:1" in ')
    assert text.endswith("including waiting). Image size: 1234 bytes." if has_size else "including waiting).")


def test_before_one_thirty_five_a_restart_waits_for_the_next_regular_look(bench: Bench) -> None:
    """VER-7, KUBELET-23: whatever the back-off is, a look every 60 to 90 s is what starts the container."""
    bench.site.settings = Settings("v1.34.0")
    bench.pod(container("main", "exit", "1"))
    bench.run(400)
    gaps = [later - earlier for earlier, later in pairwise(bench.starts("main")[1:])]
    assert len(gaps) >= 3
    assert all(60 <= gap <= 93 for gap in gaps[:3])


def test_a_kubelet_can_be_set_to_wait_less(bench: Bench) -> None:
    """VER-17, KUBELET-21: the longest wait, and with it the text."""
    bench.site.settings = Settings(longest_restart_wait_seconds=15)
    bench.pod(container("main", "exit", "1"))
    bench.run(100)
    assert [round(wait / 5) * 5 for wait in waits(bench, "main")][:5] == [0, 10, 15, 15, 15]
    assert tens(waits(bench, "main"))[0] == 0
    assert bench.status("main")["state"]["waiting"]["message"].startswith("back-off 15s restarting failed container")


def test_a_cluster_takes_the_settings_as_options() -> None:
    cluster = Cluster(kubelet_version="v1.31.2", longest_restart_wait_seconds=30, missing_probe_command="unknown")
    cluster.run(1)
    assert "v1.31.2" in cluster.kubectl("get nodes").stdout


@pytest.mark.parametrize(
    "option",
    [{"kubelet_version": "1.35"}, {"longest_restart_wait_seconds": 0}, {"missing_probe_command": "ignore"}],
    ids=str,
)
def test_settings_that_no_kubelet_takes_are_refused(option: dict[str, object]) -> None:
    with pytest.raises(SimError) as refused:
        Cluster(**option)  # type: ignore[arg-type]
    assert refused.value.code == "SK505"
