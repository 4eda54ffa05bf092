"""Kubernetes' end-to-end tests of clustered applications: what one member was told is known to another.

zookeeper, redis and cockroachdb have no images here. A store of three members, written in shell, stands for the first
two: in one, the member that is written to tells the others; in the other, members copy from the one before them.
MySQL, with the manifests of the documentation, stands for the databases.
"""

from __future__ import annotations

from pathlib import Path

from simk8s import Cluster
from tests.conformance import case

TUTORIAL = Path(__file__).parents[2] / "scenarios" / "tutorial" / "mysql.yaml"

PUSH = """
ncat --listen --keep-open --recv-only 7000 -c 'read -r value && echo "$value" > /data/key'
"""
WRITE_AND_PUSH = """
echo value > /data/key
for member in 1 2; do ncat --send-only app-$member.app 7000 < /data/key; done
"""

PULL = """
number=${HOSTNAME##*-}
if [ $number -gt 0 ]; then
  while :; do
    ncat --recv-only app-$((number - 1)).app 7000 > /data/new && mv /data/new /data/key
    sleep 1
  done &
fi
ncat --listen --keep-open --send-only 7000 -c 'cat /data/key'
"""


def application(script: str) -> Cluster:
    """A set `app` of three members, each with a volume on /data, all up."""
    cluster = Cluster()
    meta = {"name": "app"}
    headless = {"clusterIP": "None", "selector": {"app": "app"}, "ports": [{"port": 7000}]}
    resources = {"requests": {"storage": "1Gi"}}
    claim = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": resources}}
    container = {
        "name": "member",
        "image": "gcr.io/google-samples/xtrabackup:1.0",
        "command": ["bash", "-c", script],
        "readinessProbe": {"tcpSocket": {"port": 7000}, "periodSeconds": 1},
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    spec = {
        "replicas": 3,
        "serviceName": "app",
        "selector": {"matchLabels": {"app": "app"}},
        "template": {
            "metadata": {"labels": {"app": "app"}},
            "spec": {"containers": [container], "terminationGracePeriodSeconds": 5},
        },
        "volumeClaimTemplates": [claim],
    }
    cluster.apply(
        {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": headless},
        {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta, "spec": spec},
    )
    assert cluster.run().reached
    return cluster


def restart(cluster: Cluster, name: str) -> None:
    """Scale to nothing, then to three."""
    cluster.kubectl(f"scale statefulset/{name} --replicas=0")
    cluster.run("120s")
    assert cluster.pods() == []
    cluster.kubectl(f"scale statefulset/{name} --replicas=3")
    assert cluster.run(timeout=600).reached


@case("E-34")
def test_e_34_members_that_are_told_keep_the_value_over_a_restart() -> None:
    cluster = application(PUSH)
    assert cluster.exec("app-0", WRITE_AND_PUSH).status == 0
    cluster.run("5s")
    restart(cluster, "app")
    assert cluster.exec("app-2", "cat /data/key").stdout == "value\n"


@case("E-35")
def test_e_35_members_that_copy_keep_the_value_over_a_restart() -> None:
    cluster = application(PULL)
    assert cluster.exec("app-0", "echo value > /data/key").status == 0
    cluster.run("10s")
    restart(cluster, "app")
    assert cluster.exec("app-2", "cat /data/key").stdout == "value\n"


def database() -> Cluster:
    cluster = Cluster(nodes=4, storage="cloud")
    cluster.apply(str(TUTORIAL))
    assert cluster.run().reached
    sql(cluster, "mysql-0", "CREATE DATABASE test; CREATE TABLE test.t (v INT); INSERT INTO test.t VALUES (7)")
    cluster.run("10s")
    return cluster


def sql(cluster: Cluster, pod: str, statement: str) -> str:
    done = cluster.exec(pod, ["mysql", "-N", "-e", statement], container="mysql")
    assert done.status == 0, done.stderr
    return done.stdout


@case("E-36")
def test_e_36_what_one_server_wrote_another_reads() -> None:
    assert sql(database(), "mysql-2", "SELECT v FROM test.t") == "7\n"


@case("E-37")
def test_e_37_what_one_server_wrote_another_reads_after_a_restart() -> None:
    cluster = database()
    restart(cluster, "mysql")
    assert sql(cluster, "mysql-2", "SELECT v FROM test.t") == "7\n"
