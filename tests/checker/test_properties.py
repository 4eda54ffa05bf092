"""Properties of any application: asked at every instant, in the end, or once at least."""

from __future__ import annotations

from simk8s import Cluster
from simk8s.checker.properties import Monitor, Property, always, eventually, sometimes
from simk8s.faults import AtCommand, Fault, Kill

LEDGER = """
apiVersion: v1
kind: Pod
metadata: {name: ledger}
spec:
  volumes: [{name: book, emptyDir: {}}]
  containers:
    - name: main
      image: bash
      command: [bash, -c, 'echo opened >> /book/a; sleep 2; rm /book/a; echo opened > /book/b; exec sleep infinity']
      volumeMounts: [{name: book, mountPath: /book}]
"""


@always
def an_account_is_open(cluster: Cluster) -> object:
    """From its first line on, one of the two files has it."""
    a, b = (cluster.read_file("ledger", f"/book/{name}") for name in "ab")
    begun = cluster.read_file("ledger", "/book/a") is not None or seen
    if a or b:
        seen.append(True)
    return bool(a or b) or not begun or "both files are gone"


seen: list[bool] = []


@eventually
def the_second_file_is_there(cluster: Cluster) -> object:
    return cluster.read_file("ledger", "/book/b") == b"opened\n"


@sometimes
def the_container_was_killed(cluster: Cluster) -> object:
    return any(pod.restarts for pod in cluster.pods())


@always
def this_one_is_wrong_itself(cluster: Cluster) -> object:
    raise KeyError("typing error")


def monitored(*properties: Property, faults: tuple[Fault, ...] = ()) -> list[str]:
    seen.clear()
    cluster = Cluster(history=False)
    monitor = Monitor(cluster, properties)
    monitor.begin()
    cluster.inject(*faults)
    cluster.apply(LEDGER)
    cluster.run()
    monitor.finish()
    return [str(violation) for violation in monitor.violations]


KILLED = Fault(Kill(pod="ledger", container="main"), AtCommand(pod="ledger", container="main", index=4))


def test_what_holds_is_not_told() -> None:
    assert monitored(the_second_file_is_there) == []


def test_a_safety_property_that_is_broken_for_an_instant_is_told_once() -> None:
    """Between `rm` and `echo` the container is killed, and for as long as it takes to start there is neither."""
    assert monitored(an_account_is_open, the_second_file_is_there, faults=(KILLED,)) == [
        "an_account_is_open: both files are gone"
    ]


def test_a_sometimes_property_says_when_nothing_was_put_to_the_test() -> None:
    assert monitored(the_container_was_killed) == [
        "the_container_was_killed: it was never true, so this run proves nothing about it"
    ]
    assert monitored(the_container_was_killed, faults=(KILLED,)) == []


def test_a_property_that_raises_is_broken_and_stops_nothing() -> None:
    assert monitored(this_one_is_wrong_itself, the_second_file_is_there) == [
        "this_one_is_wrong_itself: the property itself failed: KeyError: 'typing error'"
    ]
