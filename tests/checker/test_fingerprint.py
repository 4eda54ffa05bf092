"""What counts as the same world, and what does not."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from simk8s import Cluster
from simk8s.checker.crash import Crash
from simk8s.checker.fingerprint import Fingerprints
from simk8s.checker.fingerprint.binlog import MAGIC, timeless
from simk8s.checker.fingerprint.files import FileDigests
from simk8s.checker.fingerprint.program import ProgramDigests
from simk8s.checker.known import Known
from simk8s.checker.setup import Setup
from simk8s.checker.walk import Walk
from simk8s.faults import AtTime, Fault, PowerOff
from simk8s.faults.point import CrashPoint
from simk8s.machine import Directory, File, Machine, Process
from simk8s.sim import Run, Simulation

MANIFESTS = Path(__file__).parents[2] / "scenarios" / "mysql-safe"

POD = """
apiVersion: v1
kind: Pod
metadata: {name: one}
spec:
  containers:
    - name: main
      image: debian:10
      command: [bash, -c, 'echo %s > /data/file; sleep %s; sleep 100000']
      volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: data, emptyDir: {}}]
"""


def world(text: str = "a", first: str = "1000", seconds: float = 60.0) -> Fingerprints:
    cluster = Cluster(history=False)
    cluster.apply(POD % (text, first))
    cluster.run(seconds)
    return Fingerprints(cluster.world)


def test_the_same_world_later_has_the_same_fingerprint() -> None:
    assert world(seconds=60.0).now() == world(seconds=90.0).now()


def test_a_node_that_has_booted_again_makes_no_other_world() -> None:
    cluster = Cluster(history=False)
    cluster.apply(POD % ("a", "1000"))
    cluster.run(60.0)
    before = Fingerprints(cluster.world).now()
    node = cluster.get("Pod", "one")["spec"]["nodeName"]
    cluster.inject(Fault(PowerOff(node=node, back_seconds=30.0), AtTime(seconds=cluster.now + 1)))
    cluster.run(60.0)
    assert cluster.pods()[0].restarts
    assert Fingerprints(cluster.world).now() == before


def test_looking_twice_gives_the_same() -> None:
    fingerprints = world()
    assert fingerprints.now() == fingerprints.now()


def test_looking_again_and_again_gives_what_a_first_look_gives() -> None:
    """What was read before is read again where a program has gone on meanwhile."""
    cluster = Cluster(history=False)
    cluster.apply(POD % ("a", "10; while true; do sleep 0.3; echo b >> /data/file; done"))
    fingerprints = Fingerprints(cluster.world)
    seen = set()
    for _ in range(100):
        cluster.world.sim.run(cluster.now + 0.3)
        seen.add(fingerprints.now())
        assert fingerprints.now() == Fingerprints(cluster.world).now()
    assert len(seen) > 10


def test_a_list_of_a_program_that_somebody_else_has_changed_is_read_again() -> None:
    box = Machine(Simulation())
    waiting = ["first"]

    def main(process: Process) -> Run[int]:
        queue = waiting
        yield from process.sleep(100.0)
        return len(queue)

    box.run_function(main, ["waits"])
    box.sim.run(1.0)
    digests = ProgramDigests()
    before = digests.of(box)
    assert digests.of(box) == before
    waiting.append("second")
    assert digests.of(box) not in (before, ProgramDigests().of(Machine(Simulation())))
    assert digests.of(box) == ProgramDigests().of(box)


def test_a_program_that_was_read_in_the_middle_of_its_turn_is_read_again() -> None:
    """A crash point is such a moment: where the program then comes to a halt, nobody knows yet."""
    box = Machine(Simulation())
    digests, seen = ProgramDigests(), []

    def main(process: Process) -> Run[int]:
        yield from process.sleep(1.0)
        seen.append(digests.of(box))
        yield from inner(process)
        return 0

    def inner(process: Process) -> Run[None]:
        yield from process.sleep(100.0)

    box.run_function(main, ["goes on"])
    box.sim.run(10.0)
    assert seen and digests.of(box) == ProgramDigests().of(box)


def test_another_text_in_a_file_is_another_world() -> None:
    assert world("a").now() != world("b").now()


def test_a_program_that_stands_elsewhere_is_another_world() -> None:
    assert world(first="1000").now() != world(first="1").now()


def test_the_same_command_later_in_a_script_is_another_place() -> None:
    """Nothing has changed but how far the script has come."""
    text = "a > /data/file; sleep 1000; true; sleep 1000; echo b"
    assert world(text, seconds=60.0).now() == world(text, seconds=90.0).now()
    assert world(text, seconds=60.0).now() != world(text, seconds=1200.0).now()


def test_what_a_kill_leaves_does_not_depend_on_where_the_killed_program_stood() -> None:
    one, other = world(first="1000"), world(first="1")
    before = [fingerprints._of(lambda pod, container: container != "main") for fingerprints in (one, other)]
    text = [objects._objects.of(objects.world.store) for objects in (one, other)]
    assert (before[0] == before[1]) == (text[0] == text[1])  # the two Pods' texts differ, and nothing else


CHANGES = """
echo one > file; mkdir below; echo two >> file; echo three > below/file; truncate -s 3 file; : > file
chmod 600 file; chown 999 below/file; chmod 700 below; chown 999 below; mv file other; mv other below/moved
ln below/moved linked; echo more >> linked; rm below/moved; echo last >> linked; rm linked; mkfifo pipe; rm pipe
echo a > a; echo b > b; mv a b; ln -s b link; chown -h 999 link; touch new; cp b copy; rm -r below; chmod 711 .
"""


def unseen_copy(directory: Directory) -> Directory:
    """The same tree, at which nobody has looked."""
    entries = {
        name: unseen_copy(inode)
        if isinstance(inode, Directory)
        else replace(inode, glance=None)
        if isinstance(inode, File)
        else inode
        for name, inode in directory.entries.items()
    }
    return replace(directory, entries=entries, glance=None)


def test_a_directory_is_read_again_when_anything_in_it_changes() -> None:
    """What was read before is not read again where nothing has changed: it is then what a first look would find."""
    commands = [command.strip() for line in CHANGES.splitlines() for command in line.split(";") if command.strip()]
    cluster = Cluster(history=False)
    script = "; ".join(["cd /data", *(f"{command}; sleep 10" for command in commands)])
    cluster.apply(POD % ("0", f"60; {script}"))
    cluster.run(30.0)
    volume = next(pod.volumes["data"] for node in cluster.world.nodes for pod in node.pods.values())
    digests, seen = FileDigests(), []
    for _ in range(2 * len(commands) + 20):
        seen.append(digests.of(volume.filesystem.root))
        assert seen[-1] == FileDigests().of(unseen_copy(volume.filesystem.root))
        cluster.run(5.0)
    assert sum(before != after for before, after in pairwise(seen)) == len(commands)


@pytest.mark.slow
@pytest.mark.parametrize("struck", [0, 1200], ids=["no crash", "a crash"])
def test_what_servers_clones_and_scripts_write_is_read_again(struck: int) -> None:
    """At points of a whole run of three replicas the volumes are what a first look finds."""
    digests = FileDigests()
    looks: list[bytes] = []

    def look(walk: Walk, point: CrashPoint, position: int) -> None:
        if position % 12 == 0:
            for disk in walk.cluster.world.site.disks:
                looks.append(digests.of(disk.root))
                assert looks[-1] == FileDigests().of(unseen_copy(disk.root))
        if position == struck:
            walk.strike(Crash(point, position, walk.cluster.now, "pod", point.pod))

    Walk(Setup.read([str(MANIFESTS)]), Known(), look, more=1).run()
    assert len(set(looks)) > 100


def test_moments_and_uuids_in_files_count_as_the_same() -> None:
    digests = FileDigests()
    one, other = (
        Directory({"info": File(f"{uuid} at {when}".encode())})
        for uuid, when in (
            ("994bf29e-7c46-11ee-cdfb-02425d6c4cfb", "2024-01-01 00:00:39"),
            ("cebe7cac-abb5-11ee-7231-024259cb9c79", "2024-01-01 00:00:41"),
        )
    )
    assert digests.of(one) == digests.of(other)


def test_a_binary_log_without_its_times_is_what_happened() -> None:
    """REPL-1: an event's header begins with its time, and its checksum ends it."""

    def event(time: bytes, body: bytes, checksum: bytes) -> bytes:
        size = 19 + len(body) + 4
        return time + b"\x10" + b"\0" * 4 + size.to_bytes(4, "little") + b"\0" * 6 + body + checksum

    def said(time: bytes, body: bytes, checksum: bytes) -> bytes:
        return b"".join(timeless(MAGIC + event(time, body, checksum)))

    assert said(b"aaaa", b"row", b"1111") == said(b"bbbb", b"row", b"2222")
    assert said(b"aaaa", b"row", b"1111") != said(b"aaaa", b"ROW", b"1111")
    assert b"".join(timeless(MAGIC + b"torn")) == MAGIC + b"torn"


def test_an_object_is_read_again_field_by_field_when_it_is_written() -> None:
    """What a write leaves as it was is shared by both versions; only the rest is read again."""
    cluster = Cluster(history=False)
    cluster.apply(POD % ("a", "1000"))
    cluster.run(60.0)
    digests = Fingerprints(cluster.world)
    seen = [digests.now()]
    for team in ("one", "two", "one"):
        cluster.kubectl(f"label --overwrite pod one team={team}")
        seen.append(digests.now())
    assert len(set(seen)) == 3 and seen[3] == seen[1]
    assert seen[-1] == Fingerprints(cluster.world).now()
