"""The subject of this project, end to end: the replicated MySQL StatefulSet runs from its own manifests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from simk8s import Cluster

SHARED = Path(__file__).parents[3] / "shared" / "manifests"
FILES = ("mysql-configmap.yaml", "mysql-services.yaml", "mysql-statefulset.yaml")

pytestmark = pytest.mark.slow


def manifests(edition: str) -> list[str]:
    folder = SHARED / edition
    if not folder.is_dir():
        pytest.skip(f"the manifests of {edition} are not beside this project")
    return [str(folder / file) for file in FILES]


@cache
def brought_up(edition: str) -> Cluster:
    """Three replicas, settled. Tests that only look share it."""
    cluster = Cluster()
    cluster.apply(*manifests(edition))
    assert cluster.run().reached
    return cluster


def sql(cluster: Cluster, pod: str, statement: str) -> str:
    return cluster.exec(pod, ["mysql", "-N", "-e", statement], container="mysql").text


def replica_status(cluster: Cluster, pod: str) -> dict[str, str]:
    text = cluster.exec(pod, ["mysql", "-e", r"SHOW SLAVE STATUS\G"], container="mysql").stdout
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines()) if key}


def steps(cluster: Cluster, ordinal: int) -> list[str]:
    """What appears, disappears and is renamed at the top of a data directory, in order; a file of history."""
    claim = cluster.get("pvc", f"data-mysql-{ordinal}")
    assert claim is not None
    top = f"{claim['spec']['volumeName']}:/mysql/"
    known: set[str] = set()
    found = []
    for record in cluster.history:
        path = record.object.removeprefix(top)
        if not record.object.startswith(top) or not record.verb.startswith("file."):
            continue
        name = path.partition("/")[0]
        match record.verb:
            case "file.create" | "file.mkdir" if name not in known:
                known.add(name)
                found.append(f"+{name}")
            case "file.unlink" if name == path:
                known.discard(name)
                found.append(f"-{name}")
            case "file.rename" if name == path:
                target = record.detail["to"].removeprefix(top)
                known = known - {name} | {target}
                found.append(f"{name}>{target}")
    return found


PRIMARY = """
    +is_writable -is_writable +mysql-0-bin.index +ibdata1 +ib_logfile101 +ib_logfile1 ib_logfile101>ib_logfile0 +ibtmp1
    +mysql-0-bin.000001 +auto.cnf
    +mysql +performance_schema +sys
    +ib_buffer_pool -ibtmp1
    +ibtmp1 +mysql-0-bin.000002
    -ibtmp1
    +ibtmp1 +mysql-0-bin.000003
    +xtrabackup_backupfiles
""".split()
"""DIR-3, DIR-4, DIR-5, DIR-6, DIR-8, DIR-9, DIR-11: a line each."""

STREAM = "+ibdata1 +mysql +sys +performance_schema +xtrabackup_backupfiles".split()
"""DIR-21 to DIR-24."""

PREPARE = """
    +xtrabackup_logfile +xtrabackup_checkpoints +ib_buffer_pool +backup-my.cnf +xtrabackup_info
    xtrabackup_logfile>ib_logfile0 +ibtmp1 +xtrabackup_binlog_pos_innodb
    -ibtmp1 ib_logfile0>xtrabackup_logfile
    +ib_logfile101 +ib_logfile1 ib_logfile101>ib_logfile0 +ibtmp1 -ibtmp1
""".split()
"""DIR-26, DIR-27, DIR-28, DIR-29: a line each."""


def of_mysqld(found: list[str]) -> list[str]:
    """What the server adds: it starts beside the sidecar, so the two interleave (DIR-30, DIR-35, DIR-36)."""
    return [step for step in found if step.lstrip("+-").startswith(("auto", "ibtmp", "master", "relay", "mysql-"))]


def of_sidecar(found: list[str]) -> list[str]:
    return [step for step in found if "change_master" in step or "_info" in step]


@pytest.mark.parametrize("edition", ["article", "kubernetes-docs"])
def test_three_pods_come_up_in_order_and_each_waits_for_the_one_before(edition: str) -> None:  # STS-43
    cluster = brought_up(edition)
    assert [(pod.name, pod.ready, pod.status, pod.restarts) for pod in cluster.pods()] == [
        (f"mysql-{ordinal}", "2/2", "Running", 0) for ordinal in range(3)
    ]
    story = [
        (record.object.rpartition("/")[2], record.verb)
        for record in cluster.history
        if (record.object.startswith("Pod/default/mysql-") and record.verb == "create")
        or (record.verb == "probe" and record.detail["kind"] == "readiness" and record.detail["result"] == "success")
    ]
    assert [name for name, verb in story if verb == "create"] == ["mysql-0", "mysql-1", "mysql-2"]
    assert [verb for _, verb in story] == ["create", "probe"] * 3


@pytest.mark.parametrize("edition", ["article", "kubernetes-docs"])
def test_the_primarys_data_directory_grows_step_by_step(edition: str) -> None:  # DIR-3 to DIR-11
    assert steps(brought_up(edition), 0) == PRIMARY


def test_the_articles_first_replica_burns_the_position_after_reading() -> None:  # DIR-21 to DIR-36
    found = steps(brought_up("article"), 1)
    stream, rest = found[:5], found[5:]
    assert stream == STREAM
    assert rest[0] == "+xtrabackup_binlog_info"  # DIR-25
    assert rest[1 : 1 + len(PREPARE)] == PREPARE
    assert of_sidecar(rest[1 + len(PREPARE) :]) == [
        "-xtrabackup_binlog_info",  # DIR-31
        "+change_master_to.sql.in",  # DIR-32
        "change_master_to.sql.in>change_master_to.sql.orig",  # DIR-34
    ]
    late = rest[1 + len(PREPARE) :]
    assert late.index("change_master_to.sql.in>change_master_to.sql.orig") < late.index("+master.info")


def test_the_documentations_first_replica_renames_only_after_success() -> None:  # DIR-37
    found = steps(brought_up("kubernetes-docs"), 1)
    assert of_sidecar(found)[-3:] == [
        "-xtrabackup_binlog_info",
        "+change_master_to.sql.in",
        "change_master_to.sql.in>change_master_to.sql.orig",
    ]
    assert found.index("+master.info") < found.index("change_master_to.sql.in>change_master_to.sql.orig")


@pytest.mark.parametrize("edition", ["article", "kubernetes-docs"])
@pytest.mark.parametrize("ordinal", [1, 2])
def test_a_replicas_server_makes_its_own_identity_and_its_relay_logs(edition: str, ordinal: int) -> None:
    found = of_mysqld(steps(brought_up(edition), ordinal))
    relay = f"mysql-{ordinal}-relay-bin"
    own = found[found.index("+auto.cnf") - 1 :]  # DIR-30
    assert own == [
        "+ibtmp1",
        "+auto.cnf",
        "+master.info",  # DIR-35
        f"+{relay}.index",
        f"+{relay}.000001",
        "+relay-log.info",
        f"+{relay}.000002",  # DIR-36
        f"-{relay}.000001",
    ]


def test_a_later_replica_of_the_article_renames_the_info_file_in_one_step() -> None:  # DIR-50, DIR-53
    found = steps(brought_up("article"), 2)
    assert found[: 6 + len(PREPARE)] == [*STREAM, "+xtrabackup_slave_info", *PREPARE]
    assert of_sidecar(found[6 + len(PREPARE) :]) == [
        "xtrabackup_slave_info>change_master_to.sql.in",
        "change_master_to.sql.in>change_master_to.sql.orig",
    ]


def test_a_later_replica_of_the_documentation_copies_first_and_then_removes() -> None:  # DIR-52
    found = steps(brought_up("kubernetes-docs"), 2)
    assert of_sidecar(found[6 + len(PREPARE) :]) == [
        "+change_master_to.sql.in",
        "-xtrabackup_slave_info",
        "change_master_to.sql.in>change_master_to.sql.orig",
    ]


@pytest.mark.parametrize("edition", ["article", "kubernetes-docs"])
@pytest.mark.parametrize("ordinal", [1, 2])
def test_every_replica_replicates_from_the_primary_at_the_primarys_position(edition: str, ordinal: int) -> None:
    cluster = brought_up(edition)
    status = replica_status(cluster, f"mysql-{ordinal}")
    file, position = sql(cluster, "mysql-0", "SHOW MASTER STATUS").split()[:2]
    assert (status["Slave_IO_Running"], status["Slave_SQL_Running"]) == ("Yes", "Yes")
    assert status["Slave_IO_State"] == "Waiting for master to send event"
    assert (status["Master_Host"], status["Connect_Retry"]) == ("mysql-0.mysql", "10")
    assert (status["Relay_Master_Log_File"], status["Exec_Master_Log_Pos"]) == (file, position)
    assert status["Master_Server_Id"] == "100"


def test_every_server_has_its_own_number_and_uuid() -> None:
    cluster = brought_up("article")
    said = [sql(cluster, f"mysql-{ordinal}", "SELECT @@server_id, @@server_uuid").split() for ordinal in range(3)]
    assert [number for number, _ in said] == ["100", "101", "102"]
    assert len({uuid for _, uuid in said}) == 3


@pytest.mark.parametrize("edition", ["article", "kubernetes-docs"])
def test_even_root_cannot_write_on_a_replica(edition: str) -> None:  # SQL-30
    cluster = Cluster()
    cluster.apply(*manifests(edition))
    cluster.run()
    sql(cluster, "mysql-0", "CREATE DATABASE test; CREATE TABLE test.messages (message VARCHAR(250))")
    cluster.run("5s")
    refused = cluster.exec("mysql-1", ["mysql", "-e", "INSERT INTO test.messages VALUES ('x')"], container="mysql")
    assert refused.status == 1
    assert refused.stderr.startswith(
        "ERROR 1290 (HY000) at line 1: The MySQL server is running with the --super-read-only option"
    )
    assert sql(cluster, "mysql-0", "INSERT INTO test.messages VALUES ('hello')") == ""
    cluster.run("5s")
    assert [sql(cluster, f"mysql-{ordinal}", "SELECT * FROM test.messages") for ordinal in range(3)] == ["hello\n"] * 3


def test_a_replica_whose_pod_is_deleted_comes_back_with_its_data_and_replicates_on() -> None:  # DIR-61
    cluster = Cluster(history=False)
    cluster.apply(*manifests("article"))
    cluster.run()
    assert cluster.kubectl("delete pod mysql-1").stdout.startswith('pod "mysql-1" deleted')
    sql(cluster, "mysql-0", "CREATE DATABASE test")
    assert cluster.run().reached
    assert "+ exit 0" in cluster.kubectl("logs mysql-1 -c clone-mysql").stdout
    assert "change_master" not in cluster.kubectl("logs mysql-1 -c xtrabackup").stdout.replace("-f change_master", "")
    assert replica_status(cluster, "mysql-1")["Slave_SQL_Running"] == "Yes"
    assert "test" in sql(cluster, "mysql-1", "SHOW DATABASES").split()


@pytest.mark.parametrize("container", ["mysql", "xtrabackup"])
def test_any_container_may_be_killed_and_replication_goes_on(container: str) -> None:  # DIR-60, DIR-62
    cluster = Cluster(history=False)
    cluster.apply(*manifests("kubernetes-docs"))
    cluster.run()
    for pod in cluster.pods():
        cluster.kill(pod.name, container)
        assert cluster.run().reached
    assert [(pod.ready, pod.restarts) for pod in cluster.pods()] == [("2/2", 1)] * 3
    for replica in ("mysql-1", "mysql-2"):
        assert replica_status(cluster, replica)["Slave_IO_Running"] == "Yes"
        assert replica_status(cluster, replica)["Slave_SQL_Running"] == "Yes"


def test_a_pod_on_a_node_without_power_is_not_replaced_until_the_node_is_back() -> None:  # NODE-6, NODE-7
    cluster = Cluster(history=False)
    cluster.apply(*manifests("article"))
    cluster.run()
    node = next(pod.node for pod in cluster.pods() if pod.name == "mysql-1")
    cluster.power_off(node)
    outcome = cluster.run()
    assert not outcome.reached
    assert "pod/mysql-1 is not gone: it is terminating" in str(outcome)
    cluster.power_on(node)
    assert cluster.run().reached
    assert replica_status(cluster, "mysql-1")["Slave_IO_Running"] == "Yes"


def test_scaling_down_ends_the_highest_ordinals_first_and_keeps_their_claims() -> None:  # STS-45
    cluster = Cluster()
    cluster.apply(*manifests("article"))
    cluster.run()
    cluster.kubectl("scale statefulset mysql --replicas=1")
    assert cluster.run().reached
    gone = [record.object for record in cluster.history if record.verb == "delete" and record.object.startswith("Pod/")]
    assert gone == ["Pod/default/mysql-2", "Pod/default/mysql-1"]
    assert cluster.holds("pvc/data-mysql-2 Bound")


def test_without_a_storage_class_the_first_pod_stays_pending_and_the_claim_says_why() -> None:  # VOL-30
    cluster = Cluster(storage="none")
    cluster.apply(*manifests("article"))
    outcome = cluster.run()
    assert not outcome.reached
    assert "no persistent volumes available for this claim and no storage class is set" in str(outcome)
    assert [(pod.name, pod.status) for pod in cluster.pods()] == [("mysql-0", "Pending")]


def test_one_seed_gives_one_history_in_every_process_whatever_its_hash_seed() -> None:
    def fingerprint(hash_seed: str) -> str:
        words = [sys.executable, "-m", "simk8s.cli", "run", "--json", "--seed", "7", *manifests("article")]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(words, capture_output=True, env=environment, check=True)
        return str(json.loads(done.stdout)["history_sha256"])

    assert fingerprint("0") == fingerprint("1") == fingerprint("4242")


@pytest.mark.parametrize("seed", range(1, 6))
def test_it_comes_up_whatever_the_durations_are(seed: int) -> None:
    cluster = Cluster(seed=seed, history=False)
    cluster.apply(*manifests("kubernetes-docs"))
    assert cluster.run().reached
    assert [replica_status(cluster, f"mysql-{n}")["Slave_SQL_Running"] for n in (1, 2)] == ["Yes", "Yes"]
