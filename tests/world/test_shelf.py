"""What has just appeared in a volume, changed, or been burnt."""

from __future__ import annotations

import pytest

from simk8s import Cluster
from simk8s.world import Chronicle
from simk8s.world.index import Index
from simk8s.world.shelf import Entry, entries

POD = """
apiVersion: v1
kind: Pod
metadata: {name: clerk}
spec:
  volumes: [{name: desk, emptyDir: {}}]
  containers:
    - name: main
      image: bash
      command: [bash, -c, 'cd /desk; echo a > first; mkdir sub; echo b > sub/second; sleep 30; echo c >> first;
        mv sub/second sub/third; sleep 30; rm first; sleep 30; > last; sleep 1000']
      volumeMounts: [{name: desk, mountPath: /desk}]
"""


@pytest.fixture(scope="module")
def history() -> Chronicle:
    cluster = Cluster(seed=1)
    cluster.apply(POD)
    cluster.run("pod/clerk Running")
    cluster.run("150s")
    return cluster.history


def shelf(history: Chronicle, verb: str, ending: str) -> dict[str, Entry]:
    world = history.at(seq=next(r.seq for r in history.records if r.verb == verb and r.object.endswith(ending)))
    return {entry.path: entry for entry in entries(Index(history.records), world, "clerk/emptyDir/desk")}


def test_what_was_just_made_is_new_for_a_while(history: Chronicle) -> None:
    assert shelf(history, "file.create", "/second")["/sub/second"].touch == "new"
    assert shelf(history, "file.create", "/second")["/sub/second"].is_recent
    assert not shelf(history, "file.rename", "/second")["/sub"].is_recent  # made 30 s before


def test_a_later_write_is_a_change(history: Chronicle) -> None:
    entry = shelf(history, "file.rename", "/second")["/first"]
    assert (entry.touch, entry.is_recent, entry.size) == ("changed", True, 4)


def test_what_was_renamed_is_burnt_and_says_what_it_became(history: Chronicle) -> None:
    found = shelf(history, "file.rename", "/second")
    assert (found["/sub/second"].touch, found["/sub/second"].became) == ("burnt", "/sub/third")
    assert found["/sub/third"].touch == "new"


def test_what_was_removed_is_burnt_for_good(history: Chronicle) -> None:
    found = shelf(history, "file.create", "/last")
    assert (found["/first"].touch, found["/first"].became, found["/first"].is_recent) == ("burnt", "", False)


def test_names_stand_in_the_order_of_a_tree(history: Chronicle) -> None:
    assert list(shelf(history, "file.unlink", "/first")) == ["/first", "/sub", "/sub/second", "/sub/third"]
