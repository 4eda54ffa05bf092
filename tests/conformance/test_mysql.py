"""Acceptance cases M: the replicated MySQL StatefulSet of the Kubernetes documentation."""

from __future__ import annotations

from itertools import groupby

import pytest

from simk8s import Cluster
from simk8s.api.columns.pod import summary
from simk8s.api.duration import parse_timestamp
from simk8s.api.objects import Object, dig
from simk8s.images import Image
from simk8s.images.debian import DEBIAN
from tests.conformance import case
from tests.conformance.replicated_mysql import (
    MANIFEST,
    brought_up,
    log,
    pod,
    replica_status,
    shared,
    shown,
    sql,
    started,
    watched,
    written,
)

pytestmark = pytest.mark.slow

ROWS = "CREATE DATABASE test; CREATE TABLE test.t (n INT); INSERT INTO test.t VALUES (1)"
READ_IDS = "for i in {1..30}; do mysql -h mysql-read -N -e 'SELECT @@server_id'; done"


def clones(cluster: Cluster) -> list[tuple[str, str]]:
    """Who has connected to whose backup server, in order."""
    names = {dig(pod(cluster, n), "status", "podIP"): f"mysql-{n}" for n in range(len(cluster.pods()))}
    talks = [r for r in cluster.history if r.verb == "net.connect" and r.object.endswith(":3307")]
    return [(r.actor.partition("/")[0], names.get(r.object.partition(":")[0], "?")) for r in talks]


def exits(cluster: Cluster, name: str, container: str) -> list[int]:
    """The statuses with which the instances of a container have ended."""
    place = f"Pod/default/{name}/{container}"
    return [r.detail["status"] for r in cluster.history if r.verb == "container.exit" and r.object == place]


def statuses(versions: list[Object]) -> list[str]:
    return [key for key, _ in groupby(summary(v).status for v in versions if v["type"] != "DELETED")]


def readers(cluster: Cluster, ordinal: int = 1) -> set[str]:
    """The server ids that answer behind the Service mysql-read."""
    return set(cluster.exec(f"mysql-{ordinal}", READ_IDS, container="mysql").stdout.split())


def revisions(cluster: Cluster) -> tuple[str, str]:
    status = dig(cluster.get("statefulset", "mysql"), "status")
    return status["currentRevision"], status["updateRevision"]


@case("M-1")
def test_m_1_a_fresh_start_gives_a_primary_and_two_replicas() -> None:
    """MYSQL-1 to MYSQL-5, MYSQL-8, STS-5. Given the manifests of the documentation,
    when they are applied to a fresh cluster,
    then there are servers 100, 101, 102, each cloned from the one before, and both replicas follow mysql-0."""
    cluster = shared()
    assert [sql(cluster, n, "SELECT @@server_id") for n in range(3)] == ["100", "101", "102"]
    assert clones(cluster) == [("mysql-1", "mysql-0"), ("mysql-2", "mysql-1")]
    for ordinal in (1, 2):
        status = replica_status(cluster, ordinal)
        assert (status["Master_Host"], status["Slave_IO_Running"], status["Slave_SQL_Running"]) == (
            "mysql-0.mysql",
            "Yes",
            "Yes",
        )
    assert replica_status(cluster, 0) == {}
    assert cluster.exec("mysql-1", "ls /etc/mysql/conf.d", container="mysql").stdout.split() == [
        "replica.cnf",
        "server-id.cnf",
    ]
    assert [row.ready for row in cluster.pods()] == ["2/2"] * 3


@case("M-2")
def test_m_2_a_replacement_with_data_does_not_clone_again() -> None:
    """MYSQL-4, MYSQL-9. Given the running set with a row,
    when mysql-2 is deleted and replaced,
    then its clone-mysql ends with 0 without streaming, and replication goes on: the same id, another address."""
    cluster = brought_up()
    sql(cluster, 0, ROWS)
    cluster.run(5)
    address = dig(pod(cluster, 2), "status", "podIP")
    before = clones(cluster)
    cluster.kubectl("delete pod mysql-2")
    cluster.run("pod/mysql-2 Ready")
    assert exits(cluster, "mysql-2", "clone-mysql") == [0, 0]
    assert log(cluster, 2, "clone-mysql").splitlines() == ["+ [[ -d /var/lib/mysql/mysql ]]", "+ exit 0"]
    assert len(clones(cluster)) == len(before)
    sql(cluster, 0, "INSERT INTO test.t VALUES (2)")
    cluster.run(15)
    assert sql(cluster, 2, "SELECT COUNT(*), @@server_id FROM test.t").split() == ["2", "102"]
    assert dig(pod(cluster, 2), "status", "podIP") != address


@case("M-3")
def test_m_3_a_clone_whose_source_is_away_is_tried_again() -> None:
    """MYSQL-6, KUBELET-20. Given mysql-0 unready while mysql-1 starts with an empty volume,
    when mysql-1 tries to clone,
    then it fails, is tried again after growing waits, and succeeds at the first try after mysql-0 is Ready again."""
    cluster = started()
    cluster.run("pod/mysql-0 Ready")
    hide(cluster, 0)
    versions = watched(cluster, "mysql-1")
    cluster.run(90)
    assert not cluster.holds("pod/mysql-0 Ready")
    assert {"Init:Error", "Init:CrashLoopBackOff"} <= set(statuses(versions))
    failed = exits(cluster, "mysql-1", "clone-mysql")
    assert len(failed) >= 3 and all(failed)
    show(cluster, 0)
    cluster.run("pod/mysql-0 Ready")
    known = cluster.now + 1.5  # TIME-42: then every name server has heard of it
    assert cluster.run().reached
    place = "Pod/default/mysql-1/clone-mysql"
    tries = [r.time for r in cluster.history if r.verb == "container.create" and r.object == place]
    ends = exits(cluster, "mysql-1", "clone-mysql")
    assert [status == 0 for status in ends] == [False] * (len(ends) - 1) + [True]
    assert len([time for time in tries if time > known]) <= 1
    assert shown(cluster, 1).restarts == 0


def hide(cluster: Cluster, ordinal: int) -> None:
    """Take the readiness probe's command away, as the documentation does."""
    cluster.exec(f"mysql-{ordinal}", "mv /usr/bin/mysql /usr/bin/mysql.off", container="mysql")
    cluster.run(12)


def show(cluster: Cluster, ordinal: int) -> None:
    cluster.exec(f"mysql-{ordinal}", "mv /usr/bin/mysql.off /usr/bin/mysql", container="mysql")


@case("M-4")
def test_m_4_a_clone_that_was_cut_off_is_taken_for_a_whole_one() -> None:
    """MYSQL-7. Given mysql-1 while it unpacks the clone,
    when its clone-mysql is killed after the directory mysql/ has appeared,
    then the next try skips cloning, and mysqld starts on incomplete data and does not become a sound replica."""
    cluster = started()
    cluster.run("pod/mysql-1 PodScheduled")
    volume = dig(cluster.get("pvc", "data-mysql-1"), "spec", "volumeName")
    disk = None
    while disk is None or disk.find("/mysql/mysql") is None:
        cluster.run(0.02)
        disk = cluster.world.site.disks.find(volume)
        assert cluster.now < 300
    cluster.kill("mysql-1", "clone-mysql")
    cluster.run(120)
    assert exits(cluster, "mysql-1", "clone-mysql")[:2] == [137, 0]
    assert log(cluster, 1, "clone-mysql").splitlines()[-1] == "+ exit 0"
    assert len(clones(cluster)) == 1
    assert "[ERROR]" in log(cluster, 1, "mysql") + log(cluster, 1, "mysql", previous=True)
    assert not cluster.holds("pod/mysql-1 Ready")


@case("M-5")
def test_m_5_while_the_primary_is_away_nobody_takes_its_place() -> None:
    """MYSQL-10, DNS-12. Given the running set with a row,
    when mysql-0 is deleted, and while it is away,
    then writes to mysql-0.mysql fail, reads through mysql-read are answered by 101 and 102, and both stay replicas."""
    cluster = brought_up()
    sql(cluster, 0, ROWS)
    cluster.run(5)
    cluster.kubectl("delete pod mysql-0 --wait=false")
    cluster.run(3)
    assert not cluster.holds("pod/mysql-0 Ready")
    assert "ERROR 2005 (HY000): Unknown MySQL server host 'mysql-0.mysql'" in sql(
        cluster, 1, "INSERT INTO test.t VALUES (2)", "mysql-0.mysql"
    )
    assert readers(cluster) == {"101", "102"}
    assert not cluster.holds("pod/mysql-0 Ready")
    assert [sql(cluster, n, "SELECT @@super_read_only, COUNT(*) FROM test.t").split() for n in (1, 2)] == [
        ["1", "1"]
    ] * 2
    cluster.run("pod/mysql-0 Ready")
    cluster.run(30)
    sql(cluster, 0, "INSERT INTO test.t VALUES (3)")
    cluster.run(5)
    assert [sql(cluster, n, "SELECT COUNT(*) FROM test.t") for n in range(3)] == ["2"] * 3


@case("M-6")
def test_m_6_a_write_through_the_read_service_reaches_the_primary_one_time_in_three() -> None:
    """MYSQL-10, SVC-4. Given the running set,
    when 90 writes go through mysql-read,
    then those that reach a replica fail with error 1290, and about one in three succeeds."""
    cluster = brought_up()
    sql(cluster, 0, ROWS)
    cluster.run(5)
    said = cluster.exec(
        "mysql-1",
        "for i in {1..90}; do mysql -h mysql-read -e 'INSERT INTO test.t VALUES (7)' && echo written; done",
        container="mysql",
    )
    done = said.stdout.count("written")
    errors = [line for line in said.stderr.splitlines() if line.startswith("ERROR")]
    (refusal,) = set(errors)
    assert refusal == (
        "ERROR 1290 (HY000) at line 1: The MySQL server is running with the --super-read-only option so it cannot "
        "execute this statement"
    )
    assert (done + len(errors), 15 <= done <= 45) == (90, True)
    assert sql(cluster, 0, "SELECT COUNT(*) FROM test.t WHERE n = 7") == str(done)


@case("M-7")
def test_m_7_a_primary_that_loses_its_claim_comes_back_empty() -> None:
    """MYSQL-11. Given the running set with a row,
    when the claim and the Pod of ordinal 0 are deleted,
    then mysql-0 returns without the row, the replicas still have it, and replication is broken."""
    cluster = brought_up()
    sql(cluster, 0, ROWS)
    cluster.run(5)
    cluster.kubectl("delete pvc data-mysql-0 --wait=false")
    cluster.kubectl("delete pod mysql-0")
    cluster.run("pod/mysql-0 Ready")
    cluster.run(60)
    assert "test" not in sql(cluster, 0, "SHOW DATABASES").split()
    assert [sql(cluster, n, "SELECT COUNT(*) FROM test.t") for n in (1, 2)] == ["1", "1"]
    sql(cluster, 0, "CREATE DATABASE after")
    cluster.run(30)
    for ordinal in (1, 2):
        status = replica_status(cluster, ordinal)
        assert "No" in (status["Slave_IO_Running"], status["Slave_SQL_Running"])
        assert "after" not in sql(cluster, ordinal, "SHOW DATABASES").split()


@case("M-8")
def test_m_8_two_replicas_more_clone_each_from_the_one_before() -> None:
    """MYSQL-12. Given the running set with a row,
    when it is scaled to five,
    then mysql-3 clones from mysql-2, mysql-4 from mysql-3; their ids are 103 and 104, and both have the row."""
    cluster = brought_up()
    sql(cluster, 0, ROWS)
    cluster.run(5)
    cluster.kubectl("scale statefulset mysql --replicas 5")
    assert cluster.run().reached
    assert clones(cluster)[2:] == [("mysql-3", "mysql-2"), ("mysql-4", "mysql-3")]
    assert [sql(cluster, n, "SELECT @@server_id, COUNT(*) FROM test.t").split() for n in (3, 4)] == [
        ["103", "1"],
        ["104", "1"],
    ]


@case("M-9")
def test_m_9_in_parallel_the_clones_crash_until_the_one_before_is_ready() -> None:
    """MYSQL-13, STS-4. Given the set with podManagementPolicy Parallel,
    when it is created,
    then all three Pods are created at once, the clones of 1 and 2 crash-loop, and in the end all are Ready."""
    cluster = started(policy="Parallel")
    versions = {name: watched(cluster, name) for name in ("mysql-1", "mysql-2")}
    cluster.run(3)
    assert [row.name for row in cluster.pods()] == ["mysql-0", "mysql-1", "mysql-2"]
    assert cluster.run().reached
    for name, seen in versions.items():
        assert "Init:CrashLoopBackOff" in statuses(seen)
        assert exits(cluster, name, "clone-mysql")[-1] == 0 and exits(cluster, name, "clone-mysql")[0] != 0
    assert [replica_status(cluster, n)["Slave_SQL_Running"] for n in (1, 2)] == ["Yes", "Yes"]


@case("M-10")
def test_m_10_a_rolling_update_replaces_the_primary_last() -> None:
    """MYSQL-14, STS-55. Given the running set and somebody who writes to mysql-0.mysql every half second,
    when the image changes,
    then the Pods are replaced in the order 2, 1, 0, and writes fail only while mysql-0 is replaced."""
    cluster = brought_up()
    sql(cluster, 0, ROWS)
    cluster.apply(WRITER)
    cluster.run("pod/writer Ready")
    before = len(written(cluster, "delete", "Pod"))
    cluster.kubectl("set image statefulset/mysql mysql=mysql:5.7-debian")
    cluster.run(400)
    assert written(cluster, "delete", "Pod")[before:] == ["mysql-2", "mysql-1", "mysql-0"]
    assert revisions(cluster)[0] == revisions(cluster)[1]
    outcomes = [line.split() for line in cluster.kubectl("logs writer").stdout.splitlines()]
    failed = [float(seconds) for seconds, word in outcomes if word == "failed"]
    marked = [
        r.time for r in cluster.history if r.object == "Pod/default/mysql-0" and "deletionTimestamp" in str(r.detail)
    ]
    gone = parse_timestamp("2024-01-01T00:00:00Z").timestamp() + marked[0]
    assert failed and min(failed) >= gone - 1
    assert 5 < max(failed) - min(failed) < 60
    assert outcomes[-1][1] == "written"


WRITING = """
while true; do
  mysql -h mysql-0.mysql --connect-timeout=2 -e 'INSERT INTO test.t VALUES (1)' 2> /dev/null &&
    word=written || word=failed
  echo $(date +%s) $word
  sleep 0.5
done
"""
WRITER: Object = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "writer"},
    "spec": {"containers": [{"name": "main", "image": "mysql:5.7", "command": ["bash", "-c", WRITING]}]},
}


@case("M-11")
def test_m_11_a_server_that_cannot_be_probed_takes_no_reads() -> None:
    """MYSQL-17, KUBELET-47. Given the running set,
    when the mysql binary in mysql-2 is hidden,
    then READY is 1/2 after three failures, 102 no longer answers mysql-read; restored, it is 2/2, without a restart."""
    cluster = brought_up()
    assert readers(cluster, 0) == {"100", "101", "102"}
    cluster.exec("mysql-2", "mv /usr/bin/mysql /usr/bin/mysql.off", container="mysql")
    since = cluster.now
    while shown(cluster, 2).ready_text == "2/2":
        cluster.run(0.1)
        assert cluster.now - since < 20
    assert 4 <= cluster.now - since <= 8
    cluster.run(2)
    assert readers(cluster, 0) == {"100", "101"}
    show(cluster, 2)
    cluster.run("pod/mysql-2 Ready")
    cluster.run(2)
    assert readers(cluster, 0) == {"100", "101", "102"}
    assert (shown(cluster, 2).ready_text, shown(cluster, 2).restarts) == ("2/2", 0)


@case("M-12")
def test_m_12_an_edited_config_map_waits_for_the_next_pod() -> None:
    """VOL-29. Given the running set,
    when its ConfigMap is edited, and later mysql-1 is deleted,
    then only the new Pod has the new file."""
    cluster = brought_up()
    text = "[mysqld]\\nsuper-read-only\\nmax_connections=77\\n"
    cluster.kubectl(["patch", "configmap", "mysql", "-p", f'{{"data": {{"replica.cnf": "{text}"}}}}'])
    cluster.run(180)

    def limit(ordinal: int) -> str:
        return sql(cluster, ordinal, "SELECT @@max_connections")

    assert "77" not in cluster.exec("mysql-1", "cat /etc/mysql/conf.d/replica.cnf", container="mysql").stdout
    assert (limit(1), limit(2)) == ("151", "151")
    cluster.kubectl("delete pod mysql-1")
    cluster.run("pod/mysql-1 Ready")
    assert (limit(1), limit(2)) == ("77", "151")


@case("M-13")
def test_m_13_a_set_that_is_made_again_finds_its_data() -> None:
    """MYSQL-18. Given the running set with a row,
    when the set is deleted and applied again,
    then the row is there, and nobody has cloned anything."""
    cluster = brought_up()
    sql(cluster, 0, ROWS)
    cluster.run(5)
    before = len(clones(cluster))
    cluster.kubectl("delete statefulset mysql")
    cluster.run(60)
    assert cluster.pods() == []
    assert len(cluster.world.store.list("PersistentVolumeClaim")) == 3
    cluster.apply(MANIFEST)
    assert cluster.run().reached
    assert [sql(cluster, n, "SELECT COUNT(*) FROM test.t") for n in range(3)] == ["1"] * 3
    talks = [r for r in cluster.history if r.verb == "net.connect" and r.object.endswith(":3307")]
    assert len(talks) == before


@case("M-14")
def test_m_14_a_server_that_never_starts_holds_the_set_until_its_pod_is_deleted() -> None:
    """STS-59. Given the running set,
    when its template gets an image whose server never starts, and then the old image again,
    then mysql-2 crash-loops and stays so; only when it is deleted by hand it comes back, and all are as before."""
    broken = Image("mysql", "broken", based_on=DEBIAN, entrypoint=["sh", "-c", "echo no server here >&2; exit 1"])
    cluster = brought_up(images=[broken])
    current, _ = revisions(cluster)
    cluster.kubectl("set image statefulset/mysql mysql=mysql:broken")
    cluster.run(1200)
    assert shown(cluster, 2).status in ("CrashLoopBackOff", "Error")
    assert [shown(cluster, n).ready_text for n in range(3)] == ["2/2", "2/2", "1/2"]
    status = dig(cluster.get("statefulset", "mysql"), "status")
    assert (status["updatedReplicas"], status["readyReplicas"]) == (1, 2)
    cluster.kubectl("set image statefulset/mysql mysql=mysql:5.7")
    cluster.run(600)
    assert shown(cluster, 2).status in ("CrashLoopBackOff", "Error")
    assert revisions(cluster) == (current, current)
    cluster.kubectl("delete pod mysql-2")
    assert cluster.run().reached
    assert [shown(cluster, n).ready_text for n in range(3)] == ["2/2"] * 3
    assert revisions(cluster) == (current, current)
