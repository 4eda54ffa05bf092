"""Pulling images: times, policies, and what happens where there is none."""

from __future__ import annotations

from itertools import pairwise

from tests.node.bench import Bench, container


def test_the_first_pull_takes_its_time_and_the_next_container_finds_the_image() -> None:
    """KUBELET-80, KUBELET-81, TIME-33."""
    bench = Bench(cached=False)
    bench.pod(container("a"), container("b"))
    assert bench.until(bench.is_running) > 3
    events = bench.events("Pulling", "Pulled")
    assert events[0] == 'Pulling image "tiny:1"'
    assert events[1].startswith('Successfully pulled image "tiny:1" in ')
    assert events[1].endswith(" including waiting). Image size: 1234 bytes.")
    assert events[2] == 'Container image "tiny:1" already present on machine'


def test_pulls_of_a_node_come_one_after_the_other() -> None:
    """KUBELET-12."""
    bench = Bench(cached=False)
    bench.pod(container("main", image="tiny:1"), name="one")
    bench.pod(container("main", image="tiny:2"), name="two")
    bench.until(lambda: bench.is_running("one") and bench.is_running("two"))
    pulls = [record.time for record in bench.sim.history if record.verb == "image.pull"]
    assert pulls[1] - pulls[0] > 3


def test_always_asks_the_registry_each_time(bench: Bench) -> None:
    bench.pod(container("main", imagePullPolicy="Always"))
    bench.until(bench.is_running)
    assert bench.events("Pulling") == ['Pulling image "tiny:1"']
    assert "ms (" in bench.events("Pulled")[0]


def test_an_unknown_image_is_tried_again_after_growing_waits_and_both_reasons_show(bench: Bench) -> None:
    """K-8, KUBELET-25, KUBELET-32; the Pod stays Pending (KUBELET-65)."""
    seen = bench.watch_pod()
    bench.pod(container("main", image="example.com/none:1"), container("side"))
    bench.run(900)
    reasons = [
        entry["state"]["waiting"]["reason"]
        for version in seen
        for entry in version.get("status", {}).get("containerStatuses", [])
        if entry["name"] == "main" and "waiting" in entry["state"]
    ]
    changes = [reason for before, reason in zip(["", *reasons], reasons, strict=False) if reason != before]
    assert changes[:5] == ["ContainerCreating", "ErrImagePull", "ImagePullBackOff", "ErrImagePull", "ImagePullBackOff"]
    pulls = [record.time for record in bench.sim.history if record.verb == "image.pull"]
    waits = [after - before for before, after in pairwise(pulls)]
    assert all(least <= wait <= least + 17 for least, wait in zip([10, 20, 40, 80, 160, 300], waits, strict=False))
    assert bench.phase() == "Pending"
    assert bench.state("side") == ("running", "")
    assert "Error: ErrImagePull" in bench.events("Failed")
    assert any("simk8s has no simulated image 'example.com/none:1'" in message for message in bench.events("Failed"))
    assert 'Back-off pulling image "example.com/none:1"' in bench.events("BackOff")


def test_never_does_not_pull(bench: Bench) -> None:
    """KUBELET-32."""
    bench.pod(container("main", image="tiny:other", imagePullPolicy="Never"))
    bench.run(5)
    assert bench.state("main") == ("waiting", "ErrImageNeverPull")


def test_a_name_that_is_none_is_said_to_be_invalid(bench: Bench) -> None:
    """KUBELET-32."""
    bench.pod(container("main", image="tiny:1:2"))
    bench.run(5)
    assert bench.state("main") == ("waiting", "InvalidImageName")
