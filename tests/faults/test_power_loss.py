"""Loss of power: what was not forced to disk may be gone, each file and each directory for itself."""

from __future__ import annotations

import pytest

from simk8s import Cluster
from simk8s.faults import AtCommand, Fault, PowerOff
from simk8s.node.power import Unsynced

POD = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: box}}
spec:
  serviceName: box
  selector: {{matchLabels: {{app: box}}}}
  template:
    metadata: {{labels: {{app: box}}}}
    spec:
      containers:
        - name: main
          image: bash
          command:
            - bash
            - -c
            - |
              cd /data
              [ -d once ] && exec sleep infinity
              mkdir once; sync once; sync .
              {script}
              sleep {wait}
              : now
              exec sleep infinity
          volumeMounts: [{{name: data, mountPath: /data}}]
  volumeClaimTemplates:
    - metadata: {{name: data}}
      spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}
"""


def left(script: str, unsynced: Unsynced, *, wait: int = 1, seed: int = 0, history: bool = False) -> dict[str, bytes]:
    """The files of the volume after a loss of power behind `script`."""
    cluster = Cluster(history=history, seed=seed)
    seen: list[AtCommand] = []
    cluster.world.tracer.visit(lambda point: seen.append(point.moment) if point.command == ": now" else None)

    def strike(point: object) -> None:
        if getattr(point, "command", "") == ": now" and not cluster.injector.struck:
            fault = Fault(PowerOff(pod="box-0", unsynced=unsynced, back_seconds=10))
            cluster.injector.strike(fault.do)
            cluster.injector.struck.append(fault)

    cluster.world.tracer.visit(strike)
    cluster.apply(POD.format(script=script, wait=wait))
    cluster.run()
    assert cluster.injector.struck
    names = cluster.exec("box-0", "ls /data").stdout.split()
    found = {name: cluster.read_file("box-0", f"/data/{name}") for name in names if name != "once"}
    if history:
        world = cluster.history.at()
        volume = next(fs for name, fs in world.filesystems.items() if name.startswith("pvc-"))
        told = {path.rpartition("/")[2]: inode for path, inode in volume.files.items() if path.count("/") == 1}
        assert set(told) - {"", "once", "lost+found"} == set(found)
    return {name: content for name, content in found.items() if content is not None}


@pytest.mark.parametrize(
    ("script", "kept", "lost"),
    [
        ("echo a > f", {"f": b"a\n"}, {}),
        ("echo a > f; sync f", {"f": b"a\n"}, {"f": b"a\n"}),
        ("echo a > f; sync f; echo b > f", {"f": b"b\n"}, {"f": b"a\n"}),
        ("echo a > f; sync f; mv f g", {"g": b"a\n"}, {"f": b"a\n"}),
        ("echo a > f; sync f; mv f g; sync .", {"g": b"a\n"}, {"g": b"a\n"}),
        ("echo a > f; sync .", {"f": b"a\n"}, {"f": b""}),
        ("echo a > f; sync; rm f", {}, {"f": b"a\n"}),
        ("echo a > f; sync", {"f": b"a\n"}, {"f": b"a\n"}),
    ],
)
def test_what_was_forced_to_disk_is_there_and_nothing_else_is_promised(
    script: str, kept: dict[str, bytes], lost: dict[str, bytes]
) -> None:
    assert left(script, "kept") == kept
    assert left(script, "lost") == lost


@pytest.mark.parametrize(
    ("script", "names", "contents"),
    [
        ("echo a > f", {"f": b""}, {}),
        ("echo old > f; sync; echo new > f.new; mv f.new f", {"f": b""}, {"f": b"old\n"}),
        ("echo a > f; sync f; mv f g", {"g": b"a\n"}, {"f": b"a\n"}),
        ("echo a > f; sync f; echo b > f", {"f": b"a\n"}, {"f": b"b\n"}),
    ],
)
def test_names_and_contents_reach_the_disk_in_any_order(
    script: str, names: dict[str, bytes], contents: dict[str, bytes]
) -> None:
    assert left(script, "names") == names
    assert left(script, "contents") == contents


def test_what_nobody_forced_is_written_back_after_half_a_minute() -> None:
    assert left("echo a > f", "lost", wait=40) == {"f": b"a\n"}


def test_a_rename_may_be_there_without_the_content_of_what_was_renamed() -> None:
    """The famous empty file: `echo > new; mv new old` without an fsync in between."""
    script = "echo old > f; sync; echo new > f.new; mv f.new f"
    outcomes = {tuple(sorted(left(script, "chosen", seed=seed).items())) for seed in range(16)}
    assert (("f", b""),) in outcomes
    assert outcomes <= {(("f", b""),), (("f", b"new\n"),), (("f", b"old\n"),)}


def test_a_loss_is_in_history_too() -> None:
    assert left("echo a > f; sync; rm f; mkdir d; echo b > g", "lost", history=True) == {"f": b"a\n"}
