"""Folding history to any moment gives the world that was there at that moment."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simk8s import Cluster, SimError
from simk8s.mysql.server.instance import Instance
from simk8s.world import World, difference
from simk8s.world import open as open_trace
from tests.world.live import compare

ROOT = Path(__file__).parents[2]
MYSQL = ROOT / "scenarios" / "mysql"

SCRIBE = """
apiVersion: v1
kind: ConfigMap
metadata: {name: words}
data: {greeting: hello}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: scribe}
spec:
  serviceName: scribe
  replicas: 2
  selector: {matchLabels: {app: scribe}}
  template:
    metadata: {labels: {app: scribe}}
    spec:
      terminationGracePeriodSeconds: 3
      securityContext: {fsGroup: 2000}
      volumes:
        - {name: scratch, emptyDir: {}}
        - {name: words, configMap: {name: words}}
      containers:
        - name: scribe
          image: bash
          command:
            - bash
            - -c
            - |
              note() { local line=$1; echo "$line" >> /data/notes; }
              trap 'note bye; exit 0' TERM
              mkdir -p /data/old /scratch/a/b
              mv /etc/profile /etc/profile.off 2> /dev/null
              for n in {1..100}; do
                note "$n $(cat /words/greeting)"
                exec 3>> /scratch/log
                mv /scratch/log /scratch/log.1
                echo "late $n" >&3
                rm -f /scratch/twin
                ln /scratch/log.1 /scratch/twin
                echo twin >> /scratch/twin
                cp /data/notes /data/old/$n
                chmod 600 /data/old/$n
                mv /scratch/a /scratch/c && mv /scratch/c /scratch/a
                [ -d /scratch/a/b/$n ] || mkdir /scratch/a/b/$n
                ln -sf /data/notes /scratch/link
                truncate -s $((n % 7)) /scratch/short
                (( n % 5 )) || rm -r /data/old/$((n - 4))
                echo "$n" > /etc/motd
                sleep 1
              done
          volumeMounts:
            - {name: data, mountPath: /data, subPath: inner}
            - {name: scratch, mountPath: /scratch}
            - {name: words, mountPath: /words}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 1Gi}}
"""

ACTIONS = st.sampled_from(
    [
        "kubectl delete pod scribe-0 --wait=false",
        "kubectl delete pod scribe-1 --force --grace-period=0",
        "kubectl scale statefulset scribe --replicas=1",
        "kubectl scale statefulset scribe --replicas=3",
        "kubectl delete pvc data-scribe-2 --wait=false",
        "kubectl exec scribe-0 -- bash -c 'x=1; echo $x > /scratch/mine; rm -rf /data/old'",
        "kill scribe-0 scribe",
        "off node-1",
        "on node-1",
        "off node-2",
        "on node-2",
    ]
)
MOMENTS = st.lists(st.tuples(st.sampled_from([0.003, 0.1, 1.3, 4.0, 15.0, 60.0]), ACTIONS), min_size=1, max_size=8)


def act(cluster: Cluster, action: str) -> None:
    """Do it; what cannot be done now is not done."""
    verb, *rest = action.split(" ", 1)
    try:
        match verb:
            case "kubectl":
                cluster.kubectl(rest[0])
            case "kill":
                cluster.kill(*rest[0].split())
            case "off":
                cluster.power_off(rest[0])
            case "on":
                cluster.power_on(rest[0])
    except SimError:
        pass


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=MOMENTS, seed=st.integers(0, 1000))
def test_the_fold_of_history_is_the_live_world_at_any_moment(
    moments: list[tuple[float, str]], seed: int, tmp_path: Path
) -> None:
    cluster = Cluster(nodes=2, seed=seed)
    cluster.apply(SCRIBE)
    worlds: list[World] = []
    for seconds, action in moments:
        cluster.run(seconds)
        act(cluster, action)
        compare(cluster, cluster.history.at())
        worlds.append(cluster.history.at())
    cluster.run(20)
    compare(cluster, cluster.history.at())

    cluster.history.save(tmp_path / "trace.jsonl")
    saved = open_trace(tmp_path / "trace.jsonl")
    for world in reversed(worlds):
        assert difference(world, saved.at(seq=world.seq)) == []
        assert saved.at(seq=world.seq) == world


@pytest.fixture
def instances(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Instance]]:
    """Every mysqld that serves, as it is made."""
    made: list[Instance] = []
    original = Instance.__init__

    def remember(self: Instance, *arguments: object) -> None:
        original(self, *arguments)  # type: ignore[arg-type]
        made.append(self)

    monkeypatch.setattr(Instance, "__init__", remember)
    yield made


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rows_and_replication_of_the_fold_are_those_of_the_live_servers(seed: int, instances: list[Instance]) -> None:
    chance = random.Random(seed)
    cluster = Cluster(seed=seed, addons=["rook"])
    cluster.apply(MYSQL)
    cluster.run()
    sql = "CREATE DATABASE t; CREATE TABLE t.k (n INT PRIMARY KEY, v VARCHAR(9)); INSERT INTO t.k VALUES (1, 'a')"
    statements = [
        sql,
        "INSERT INTO t.k VALUES (2, 'b'), (3, NULL)",
        "UPDATE t.k SET v = 'c' WHERE n > 1",
        "ALTER TABLE t.k ADD COLUMN w INT DEFAULT 7",
        "DELETE FROM t.k WHERE n = 2",
        "TRUNCATE TABLE t.k",
        "DROP TABLE t.k",
    ]
    for number, statement in enumerate(statements):
        result = cluster.exec("mysql-0", ["mysql", "-e", statement], container="mysql")
        assert result.status == 0, result.text
        for _ in range(3):
            cluster.run(chance.choice([0.0005, 0.003, 0.2, 2.0]))
            compare(cluster, cluster.history.at(), instances)
        if number == 2:
            cluster.kill("mysql-1", "mysql")
        if number == 4:
            cluster.kill("mysql-0", "mysql")
            cluster.run(60)
    assert "t.k" not in cluster.history.at().servers["mysql-0/mysql"].tables


FRESH = """
import sys
from simk8s.world import open
chronicle = open(sys.argv[1])
for seq in (300, 40, 7):
    world = chronicle.at(seq=seq)
    print(world.time, sorted(world.objects), sorted(world.processes.items(), key=str), sorted(world.filesystems))
"""


def test_a_saved_trace_opened_in_a_fresh_process_gives_the_same_worlds(tmp_path: Path) -> None:
    cluster = Cluster(nodes=2, seed=1)
    cluster.apply(SCRIBE)
    cluster.run(30)
    cluster.history.save(tmp_path / "trace.jsonl")
    command = [sys.executable, "-c", FRESH, str(tmp_path / "trace.jsonl")]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    expected = [
        f"{w.time} {sorted(w.objects)} {sorted(w.processes.items(), key=str)} {sorted(w.filesystems)}"
        for w in (cluster.history.at(seq=seq) for seq in (300, 40, 7))
    ]
    assert printed.splitlines() == expected
