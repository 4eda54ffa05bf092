"""A run is its inputs: it can be done again from a file, and branched at any moment."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simk8s import Cluster, SimError
from simk8s.cluster import replayed
from simk8s.images import Image
from simk8s.world import Chronicle, difference
from simk8s.world import open as open_trace
from tests.examples import examples

WEB = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: main
          image: bash
          command: [bash, -c, 'for n in {1..200}; do echo $n >> /tmp/n; sleep 1; done']
"""


def session(folder: Path) -> Cluster:
    (folder / "web.yaml").write_text(WEB)
    (folder / "words.txt").write_bytes(b"hello \xff\n")
    cluster = Cluster(nodes=2, seed=5, storage="minikube")
    cluster.apply(folder / "web.yaml")
    cluster.run("pod/web-0 Ready")
    cluster.kubectl("create configmap words --from-file=words.txt", folder=folder)
    cluster.kubectl("exec -i web-0 -- bash -c 'cat > /tmp/in; sleep 4; rm /tmp/in'", stdin=b"bytes \xfe")
    cluster.run()
    cluster.kill("web-1", "main")
    cluster.run("3s")
    cluster.power_off("node-1")
    cluster.kubectl("get pods")
    cluster.run(30)
    cluster.power_on("node-1")
    cluster.run(timeout=40)
    return cluster


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    return session(tmp_path_factory.mktemp("session"))


def test_a_saved_run_is_done_again_byte_for_byte_without_its_files(original: Cluster, tmp_path: Path) -> None:
    original.history.save(tmp_path / "trace.jsonl")
    again = replayed(open_trace(tmp_path / "trace.jsonl").inputs)
    assert again.history.sha256() == original.history.sha256()
    assert again.now == original.now
    assert again.recording.inputs == original.recording.inputs


@examples(15)
@given(share=st.floats(0, 1))
def test_a_branch_begins_as_the_world_was_at_that_moment(share: float, original: Cluster) -> None:
    moment = share * original.now
    branch = original.branch(at=moment)
    world = original.history.at(moment)
    assert branch.now == pytest.approx(moment, abs=1e-6)
    assert branch.history.records == original.history.records[: world.seq + 1]
    assert difference(branch.history.at(), world) == []


@examples(15)
@given(share=st.floats(0, 1))
def test_a_branch_at_a_record_ends_with_the_event_that_wrote_it(share: float, original: Cluster) -> None:
    seq = int(share * (len(original.history) - 1))
    branch = original.branch(seq=seq)
    length = len(branch.history)
    assert length > seq
    assert branch.history.records == original.history.records[:length]
    assert branch.history[length - 1].time == branch.history[seq].time


def test_a_branch_goes_on_differently_and_the_first_run_is_as_it_was(original: Cluster) -> None:
    before = original.history.sha256()
    branch = original.branch(at=40.0)
    branch.kubectl("delete statefulset web")
    branch.run(20)
    assert branch.pods() == []
    assert original.history.sha256() == before


def test_a_branch_can_be_saved_replayed_and_branched_itself(original: Cluster) -> None:
    middle = next(r for r in original.history if r.verb == "exec")  # a command is under way
    branch = original.branch(seq=middle.seq + 3, seed=77)
    branch.run(25)
    again = replayed(branch.recording.inputs)
    assert again.history.sha256() == branch.history.sha256()
    second = branch.branch(at=branch.now - 5)
    assert second.history.records == branch.history.records[: len(second.history)]


def test_with_another_seed_a_branch_has_other_chance_from_there_on(original: Cluster) -> None:
    one, other = (original.branch(at=3.0, seed=seed) for seed in (1, 2))
    for branch in (one, other):
        branch.run(60)
    assert one.history.sha256() != other.history.sha256()
    same = original.branch(at=3.0, seed=1)
    same.run(60)
    assert same.history.sha256() == one.history.sha256()


def test_what_was_interrupted_is_done_again_up_to_there() -> None:
    cluster = Cluster(seed=1)
    cluster.apply(WEB)

    def interrupt(record: object) -> None:
        if len(cluster.history) == 120:
            raise KeyboardInterrupt

    cluster.history.listen(interrupt)
    with pytest.raises(KeyboardInterrupt):
        cluster.run()
    again = replayed(cluster.recording.inputs)
    assert again.history.records[:120] == cluster.history.records
    assert again.now == pytest.approx(cluster.now)  # the event that was under way is ended


def test_a_history_without_inputs_and_an_image_that_is_not_there_are_told() -> None:
    with pytest.raises(SimError, match=r"SK515.*does not say"):
        replayed(Chronicle().inputs)
    cluster = Cluster(images=[Image("example.com/mine", "1")])
    with pytest.raises(SimError, match=r"SK515.*example\.com/mine:1"):
        replayed(cluster.recording.inputs)
    assert replayed(cluster.recording.inputs, images=[Image("example.com/mine", "1")]).now == 0
