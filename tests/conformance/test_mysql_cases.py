"""Cases of the replicated MySQL set of the documentation, from its own manifest."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import yaml

from simk8s import Cluster
from simk8s.api.objects import Object, dig
from simk8s.machine import SyscallError
from simk8s.sim import Record
from tests.conformance import case

MANIFEST = Path(__file__).parents[2] / "scenarios" / "tutorial" / "mysql.yaml"


def up(**spec: object) -> Cluster:
    """The set, with `spec` merged into its spec, all Ready."""
    cluster = started(**spec)
    assert cluster.run().reached
    return cluster


def started(**spec: object) -> Cluster:
    cluster = Cluster(storage="cloud")
    for object in yaml.safe_load_all(MANIFEST.read_text()):
        if object["kind"] == "StatefulSet":
            object["spec"] |= spec
        cluster.apply(object)
    return cluster


@cache
def three() -> Cluster:
    """Shared by the tests that only look."""
    return up()


def with_table() -> Cluster:
    cluster = up()
    sql(cluster, "mysql-0", "CREATE DATABASE test; CREATE TABLE test.t (v INT); INSERT INTO test.t VALUES (1)")
    cluster.run("15s")
    return cluster


def query(cluster: Cluster, pod: str, statement: str, *options: str) -> tuple[int, str]:
    done = cluster.exec(pod, ["mysql", "-N", *options, "-e", statement], container="mysql")
    return done.status, done.stdout + done.stderr


def sql(cluster: Cluster, pod: str, statement: str) -> str:
    status, said = query(cluster, pod, statement)
    assert status == 0, said
    return said


def replica(cluster: Cluster, pod: str) -> dict[str, str]:
    text = cluster.exec(pod, ["mysql", "-e", r"SHOW SLAVE STATUS\G"], container="mysql").stdout
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines()) if key}


def replicates(cluster: Cluster, pod: str) -> bool:
    status = replica(cluster, pod)
    return (status["Slave_IO_Running"], status["Slave_SQL_Running"]) == ("Yes", "Yes")


def log(cluster: Cluster, pod: str, container: str) -> str:
    return cluster.kubectl(f"logs {pod} -c {container}").stdout


def times(cluster: Cluster, verb: str, object: str, since: int = 0) -> list[float]:
    return [r.time for r in cluster.history.records[since:] if (r.verb, r.object) == (verb, object)]


def row(cluster: Cluster, pod: str) -> tuple[str, str, int]:
    found = next(each for each in cluster.pods() if each.name == pod)
    return found.ready, found.status, found.restarts


def delete(cluster: Cluster, what: str) -> None:
    assert cluster.kubectl(f"delete {what} --wait=false").status == 0


@case("M-1")
def test_m_1_a_fresh_start_of_three_servers() -> None:  # MYSQL-1 to MYSQL-8
    cluster = three()
    assert [sql(cluster, f"mysql-{n}", "SELECT @@server_id").strip() for n in range(3)] == ["100", "101", "102"]
    assert "+ ncat --recv-only mysql-0.mysql 3307" in log(cluster, "mysql-1", "clone-mysql")
    assert "+ ncat --recv-only mysql-1.mysql 3307" in log(cluster, "mysql-2", "clone-mysql")
    assert [replica(cluster, f"mysql-{n}")["Master_Host"] for n in (1, 2)] == ["mysql-0.mysql"] * 2
    assert all(replicates(cluster, f"mysql-{n}") for n in (1, 2))


@case("M-2")
def test_m_2_a_replacement_does_not_clone_again() -> None:  # MYSQL-4, MYSQL-9
    cluster = with_table()
    delete(cluster, "pod mysql-2")
    assert cluster.run().reached
    said = log(cluster, "mysql-2", "clone-mysql")
    assert "+ exit 0" in said
    assert "ncat" not in said
    sql(cluster, "mysql-0", "INSERT INTO test.t VALUES (2)")
    cluster.run("15s")
    assert sql(cluster, "mysql-2", "SELECT v FROM test.t") == "1\n2\n"


@case("M-3")
def test_m_3_a_clone_whose_source_is_away_is_tried_until_it_is_back() -> None:  # MYSQL-6
    cluster = started()
    while not any(pod.name == "mysql-1" for pod in cluster.pods()):
        cluster.run(0.2)
    delete(cluster, "pod mysql-0")
    seen = set()
    while not cluster.holds("pod/mysql-1 Ready"):
        cluster.run(0.5)
        seen |= {pod.status for pod in cluster.pods() if pod.name == "mysql-1"}
        assert cluster.now < 900
    assert {"Init:Error", "Init:CrashLoopBackOff"} <= seen
    assert cluster.run().reached
    assert "+ ncat --recv-only mysql-0.mysql 3307" in log(cluster, "mysql-1", "clone-mysql")
    assert all(replicates(cluster, f"mysql-{n}") for n in (1, 2))


def has_directory(cluster: Cluster, path: str) -> bool:
    instance = cluster.world.container("default", "mysql-1", "clone-mysql")
    if instance is None:
        return False
    try:
        return instance.machine.mounts.resolve(path).inode is not None
    except SyscallError:
        return False


@case("M-4")
def test_m_4_a_clone_cut_in_the_middle_is_not_tried_again() -> None:  # MYSQL-7
    cluster = started()
    while not has_directory(cluster, "/var/lib/mysql/mysql"):
        cluster.run(0.02)
    cluster.kill("mysql-1", "clone-mysql")
    cluster.run("120s")
    assert "+ exit 0" in log(cluster, "mysql-1", "clone-mysql")
    assert "ncat" not in log(cluster, "mysql-1", "clone-mysql")
    server = cluster.world.log("default", "mysql-1", "mysql").decode()
    assert "[ERROR]" in server
    assert row(cluster, "mysql-1")[0] != "2/2"


@case("M-5")
def test_m_5_an_outage_of_the_primary_stops_writes_and_not_reads() -> None:  # MYSQL-10
    cluster = with_table()
    delete(cluster, "pod mysql-0")
    cluster.run("3s")
    status, said = query(cluster, "mysql-1", "INSERT INTO test.t VALUES (2)", "-h", "mysql-0.mysql")
    assert status == 1
    assert "ERROR 2005" in said or "ERROR 2003" in said
    answers = [query(cluster, "mysql-1", "SELECT @@server_id, v FROM test.t", "-h", "mysql-read") for _ in range(8)]
    assert {answer for _, answer in answers} == {"101\t1\n", "102\t1\n"}
    cluster.run()
    assert sql(cluster, "mysql-1", "SELECT @@super_read_only") == "1\n"  # nobody was promoted


@case("M-6")
def test_m_6_one_write_in_three_through_the_read_service_succeeds() -> None:  # MYSQL-10
    cluster = with_table()
    answers: Counter[int] = Counter()
    for number in range(60):
        status, said = query(cluster, "mysql-1", f"INSERT INTO test.t VALUES ({number})", "-h", "mysql-read")
        assert status == 0 or "ERROR 1290 (HY000)" in said
        answers[status] += 1
    assert 8 <= answers[0] <= 32  # a third of 60, give or take three standard deviations


@case("M-7")
def test_m_7_a_primary_that_lost_its_data_is_empty_and_replicas_diverge() -> None:  # MYSQL-11
    cluster = with_table()
    delete(cluster, "pvc data-mysql-0")
    delete(cluster, "pod mysql-0")
    cluster.run("240s")
    assert "test" not in sql(cluster, "mysql-0", "SHOW DATABASES").split()
    assert sql(cluster, "mysql-1", "SELECT v FROM test.t") == "1\n"
    assert not replicates(cluster, "mysql-1")


@case("M-8")
def test_m_8_scaling_to_five_clones_in_a_chain() -> None:  # MYSQL-12
    cluster = with_table()
    cluster.kubectl("scale statefulset mysql --replicas=5")
    assert cluster.run().reached
    assert "+ ncat --recv-only mysql-2.mysql 3307" in log(cluster, "mysql-3", "clone-mysql")
    assert "+ ncat --recv-only mysql-3.mysql 3307" in log(cluster, "mysql-4", "clone-mysql")
    answers = [sql(cluster, f"mysql-{n}", "SELECT @@server_id, v FROM test.t") for n in (3, 4)]
    assert answers == ["103\t1\n", "104\t1\n"]


@case("M-9")
def test_m_9_all_in_parallel_clones_fail_until_the_one_before_is_ready() -> None:  # MYSQL-13
    cluster = started(podManagementPolicy="Parallel")
    cluster.run("2s")
    assert [pod.name for pod in cluster.pods()] == ["mysql-0", "mysql-1", "mysql-2"]
    assert cluster.run(timeout=1200).reached
    exits = [r for r in cluster.history if r.verb == "process.exit" and r.object.startswith("mysql-1/clone-mysql[1]")]
    assert [status_of(record) for record in exits][-1] == 0
    assert any(status_of(record) != 0 for record in exits)
    assert all(replicates(cluster, f"mysql-{n}") for n in (1, 2))


def status_of(record: Record) -> int:
    return int(record.detail["status"])


@case("M-10")
def test_m_10_the_primary_is_updated_last_and_writes_fail_only_then() -> None:  # MYSQL-14
    cluster = with_table()
    mark = len(cluster.history)
    assert cluster.kubectl("set image statefulset/mysql mysql=docker.io/library/mysql:5.7").status == 0
    cluster.run(1)
    outage: list[float] = []
    while not updated(cluster):
        if query_primary(cluster) != 0:
            outage.append(cluster.now)
        cluster.run(2)
        assert cluster.now < 1800
    asked = {n: asked_to_go(cluster, f"Pod/default/mysql-{n}", mark) for n in range(3)}
    assert asked[2] < asked[1] < asked[0]
    assert outage
    assert min(outage) >= asked[0]


def updated(cluster: Cluster) -> bool:
    status = (cluster.get("StatefulSet", "mysql") or {})["status"]
    return bool(status["currentRevision"] == status["updateRevision"] and status.get("readyReplicas") == 3)


def asked_to_go(cluster: Cluster, pod: str, since: int) -> float:
    return next(
        r.time for r in cluster.history.records[since:] if r.object == pod and "deletionTimestamp" in str(r.detail)
    )


def query_primary(cluster: Cluster) -> int:
    """The exit status of a write from a Pod that is up."""
    pod = next((pod.name for pod in cluster.pods() if pod.ready == "2/2" and pod.status == "Running"), "")
    return query(cluster, pod, "INSERT INTO test.t VALUES (2)", "-h", "mysql-0.mysql")[0] if pod else 1


@case("M-11")
def test_m_11_a_server_whose_client_is_hidden_is_not_ready() -> None:  # MYSQL-17, KUBELET-47
    cluster = up()
    hidden = cluster.now
    cluster.exec("mysql-2", ["mv", "/usr/bin/mysql", "/usr/bin/mysql.off"], container="mysql")
    while row(cluster, "mysql-2")[0] == "2/2":
        cluster.run(0.5)
    assert 4 <= cluster.now - hidden <= 10
    cluster.run("5s")
    seen = {query(cluster, "mysql-1", "SELECT @@server_id", "-h", "mysql-read")[1] for _ in range(12)}
    assert seen == {"100\n", "101\n"}
    cluster.exec("mysql-2", ["mv", "/usr/bin/mysql.off", "/usr/bin/mysql"], container="mysql")
    cluster.run("15s")
    assert row(cluster, "mysql-2") == ("2/2", "Running", 0)


@case("M-12")
def test_m_12_an_edited_config_map_takes_effect_with_the_next_pod() -> None:  # VOL-29
    cluster = up()
    settings: Object = {"primary.cnf": "[mysqld]\nlog-bin\n", "replica.cnf": "[mysqld]\nsuper-read-only\nserver-id=7\n"}
    meta = {"name": "mysql", "labels": {"app": "mysql"}}
    cluster.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": settings})
    cluster.run("180s")
    written = "/etc/mysql/conf.d/replica.cnf"
    assert b"server-id=7" not in (cluster.read_file("mysql-1", written, container="mysql") or b"server-id=7")
    delete(cluster, "pod mysql-1")
    assert cluster.run().reached
    assert b"server-id=7" in (cluster.read_file("mysql-1", written, container="mysql") or b"")


@case("M-13")
def test_m_13_deleting_the_set_and_making_it_again_keeps_the_data() -> None:  # MYSQL-18
    cluster = with_table()
    cluster.kubectl("delete statefulset mysql")
    cluster.run("60s")
    assert cluster.pods() == []
    cluster.apply(str(MANIFEST))
    assert cluster.run().reached
    assert [sql(cluster, f"mysql-{n}", "SELECT v FROM test.t") for n in range(3)] == ["1\n"] * 3
    assert all("ncat" not in log(cluster, f"mysql-{n}", "clone-mysql") for n in range(3))


@case("M-14")
def test_m_14_an_image_whose_server_never_starts_halts_the_rollout_until_its_pod_is_deleted() -> None:  # STS-59
    cluster = with_table()
    good = dig(cluster.get("StatefulSet", "mysql"), "status", "updateRevision")
    cluster.kubectl("set image statefulset/mysql mysql=busybox:1.36")
    cluster.run("600s")
    ready, status, _ = row(cluster, "mysql-2")
    assert (ready, status) == ("1/2", "CrashLoopBackOff")
    cluster.kubectl("rollout undo statefulset/mysql")
    cluster.run("300s")
    assert row(cluster, "mysql-2")[0] == "1/2"  # reverting does not help
    delete(cluster, "pod mysql-2")
    assert cluster.run(timeout=600).reached
    status_ = (cluster.get("StatefulSet", "mysql") or {})["status"]
    assert status_["currentRevision"] == status_["updateRevision"] == good
    assert sql(cluster, "mysql-2", "SELECT v FROM test.t") == "1\n"
