"""The data directory of a replica at every stage, and what a kill there leads to (DIR-20 to DIR-56)."""

from __future__ import annotations

import pytest

from tests.mysql_server.replicated import bring_up, clone, clone_killed, kill_before, replica_status, start
from tests.mysql_server.scripts import Scripts, scripts
from tests.mysql_server.world import Pod, World

CLONED = {
    *("backup-my.cnf", "ib_buffer_pool", "ib_logfile0", "ib_logfile1", "ibdata1", "mysql", "performance_schema", "sys"),
    *("xtrabackup_backupfiles", "xtrabackup_binlog_pos_innodb", "xtrabackup_checkpoints", "xtrabackup_info"),
    "xtrabackup_logfile",
}


@pytest.fixture(params=["article", "docs"])
def edition(request: pytest.FixtureRequest) -> Scripts:
    return scripts(request.param)


@pytest.fixture
def article() -> Scripts:
    return scripts("article")


@pytest.fixture
def docs() -> Scripts:
    return scripts("docs")


def with_primary(edition: Scripts) -> tuple[World, Pod]:
    """A world with a primary that serves clones, and its first replica's Pod with an empty volume."""
    world = World()
    (server, _), *_ = bring_up(world, 1, edition)
    server.sql("CREATE DATABASE test; CREATE TABLE test.t (n INT PRIMARY KEY); INSERT INTO test.t VALUES (1)")
    return world, world.pod(1)


def test_a_clone_of_the_primary_brings_binlog_info_only(edition: Scripts) -> None:
    """DIR-21 to DIR-29, XB-35."""
    world, pod = with_primary(edition)
    assert clone(pod, edition)[0] == 0
    assert set(pod.names()) == CLONED | {"xtrabackup_binlog_info", "test"}
    assert pod.text("xtrabackup_binlog_info").startswith("mysql-0-bin.000003\t")
    assert pod.names("xtrabackup_backupfiles") == ["db.opt"]
    assert "xtrabackup_backupfiles" in world.pod(0).names()  # DIR-11, XB-12
    assert pod.names("test") == ["db.opt", "t.frm", "t.ibd"]


def test_a_first_replica_ends_with_these_files(edition: Scripts) -> None:
    """DIR-30 to DIR-39, MYSQLD-1, REPL-61."""
    world, pod = with_primary(edition)
    clone(pod, edition)
    server, _ = start(pod, edition)
    logs = {"mysql-1-relay-bin.000002", "mysql-1-relay-bin.index", "master.info", "relay-log.info"}
    assert set(pod.names()) == CLONED | logs | {"auto.cnf", "ibtmp1", "change_master_to.sql.orig", "test"}
    assert pod.text("auto.cnf") != world.pod(0).text("auto.cnf")
    status = replica_status(server)
    assert (status["Relay_Log_File"], status["Relay_Log_Pos"]) == ("mysql-1-relay-bin.000002", "322")
    assert (status["Slave_IO_Running"], status["Slave_SQL_Running"]) == ("Yes", "Yes")
    assert status["Seconds_Behind_Master"] == "0"
    assert pod.text("master.info").splitlines()[:9] == [
        *("25", "mysql-0-bin.000003", status["Read_Master_Log_Pos"], "mysql-0.mysql", "root", "", "3306", "10", "0")
    ]


def test_a_later_replica_starts_from_what_its_donor_has_applied(edition: Scripts) -> None:
    """DIR-50 to DIR-53, XB-30."""
    world, pod = with_primary(edition)
    clone(pod, edition)
    donor, _ = start(pod, edition)
    later = world.pod(2)
    assert clone(later, edition)[0] == 0
    position = replica_status(donor)["Exec_Master_Log_Pos"]
    assert "xtrabackup_binlog_info" not in later.names()
    assert later.text("xtrabackup_slave_info") == (
        f"CHANGE MASTER TO MASTER_LOG_FILE='mysql-0-bin.000003', MASTER_LOG_POS={position}\n"
    )
    server, _ = start(later, edition)
    assert replica_status(server)["Slave_IO_Running"] == "Yes"
    assert server.sql("SELECT n FROM test.t", "-N") == "1\n"


def test_three_servers_converge_and_refuse_writes_on_replicas(edition: Scripts) -> None:
    """REPL-65, REPL-73, SQL-30."""
    servers = [server for server, _ in bring_up(World(), 3, edition)]
    servers[0].sql("CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, what VARCHAR(20))")
    servers[0].sql(
        "INSERT INTO shop.orders VALUES (1, 'tea'), (2, 'salt'); UPDATE shop.orders SET what='pepper' WHERE id=2"
    )
    servers[0].sim.run(servers[0].sim.now + 1)
    for server in servers:
        assert server.sql("SELECT * FROM shop.orders", "-N") == "1\ttea\n2\tpepper\n"
    for server in servers[1:]:
        status, _, errors = server.run("mysql", "-h", "127.0.0.1", "-e", "INSERT INTO shop.orders VALUES (3, 'x')")
        assert status == 1
        assert errors == (
            "ERROR 1290 (HY000) at line 1: The MySQL server is running with the --super-read-only option so it cannot "
            "execute this statement\n"
        )


# ── the clone, cut short ─────────────────────────────────────────────────────────────────────────────────────────


def test_an_empty_stream_heals_by_itself(edition: Scripts) -> None:
    """XB-70, NCAT-2."""
    world, pod = World(), None
    primary, pod = world.pod(0), world.pod(1)
    status, log = clone(pod, edition)
    assert (status, pod.names()) == (1, [])
    assert "Ncat: Connection refused." in log
    assert log.rstrip().endswith("xtrabackup: Error: xtrabackup_init_temp_log() failed.")
    start(primary, edition)
    assert clone(pod, edition)[0] == 0


def test_a_donor_whose_server_is_down_sends_nothing(article: Scripts) -> None:
    """XB-3, NCAT-12, NCAT-16, XB-70."""
    world = World()
    sidecar = world.pod(0).sidecar()
    sidecar.start("bash", "-c", article.sidecar)
    world.sim.run(3.0)
    status, _ = clone(world.pod(1), article)
    assert status == 1
    assert (
        "Failed to connect to MySQL server: Can't connect to MySQL server on '127.0.0.1' (111)." in sidecar.output.text
    )


def test_a_second_clone_at_the_same_time_gets_an_empty_stream(article: Scripts) -> None:
    """NCAT-13, S20."""
    world, pod = with_primary(article)
    first = pod.sidecar()
    first.start("bash", "-c", article.clone)
    world.sim.run(world.sim.now + 1.5)
    status, out, _ = world.pod(2).sidecar().bash("ncat --recv-only mysql-0.mysql 3307 | wc -c")
    assert (status, out.strip()) == (0, "0")


def test_a_cut_before_the_directory_mysql_is_stuck(edition: Scripts) -> None:
    """DIR-21, XB-71."""
    _, pod = with_primary(edition)
    clone_killed(pod, edition, "mkdir", ":/mysql/mysql")
    assert pod.names() == ["ibdata1"]
    for _ in range(2):
        status, log = clone(pod, edition)
        assert status == 1
        assert "xbstream: Can't create/write to file './ibdata1' (Errcode: 17 - File exists)" in log


@pytest.mark.parametrize("ending", ["mysql/plugin.ibd", "sys/sys_config.ibd", "mysql/user.frm"])
def test_a_cut_before_the_grant_tables_is_accepted_and_fatal(edition: Scripts, ending: str) -> None:
    """DIR-22 to DIR-24, XB-73, MYSQLD-61."""
    _, pod = with_primary(edition)
    clone_killed(pod, edition, "create", ending)
    assert clone(pod, edition)[0] == 0  # the directory mysql is there, so it is not repeated
    for _ in range(2):
        container = pod.mysql()
        main = container.start("docker-entrypoint.sh", "mysqld")
        container.sim.run(main.exited)
        assert main.status == 1
        assert (
            "Fatal error: Can't open and lock privilege tables: Table 'mysql.user' doesn't exist"
            in container.output.text
        )


@pytest.mark.parametrize("ending", ["xtrabackup_logfile", "xtrabackup_checkpoints"])
def test_a_cut_after_the_position_is_accepted_and_looks_healthy(article: Scripts, ending: str) -> None:
    """DIR-25, DIR-26, XB-74, MYSQLD-62."""
    _, pod = with_primary(article)
    clone_killed(pod, article, "create", ending)
    assert "xtrabackup_binlog_info" in pod.names()
    assert clone(pod, article)[0] == 0
    server, _ = start(pod, article)
    assert "InnoDB: New log files created, LSN=" in server.output.text
    assert replica_status(server)["Slave_IO_Running"] == "Yes"


def test_an_unprepared_clone_starts_without_its_latest_rows(article: Scripts) -> None:
    """XB-77b, MYSQLD-62: the row is on the primary and is never sent again, since the position is after it."""
    _, pod = with_primary(article)
    clone_killed(pod, article, "write", ":/mysql/xtrabackup_logfile", skip=1)
    assert {"xtrabackup_logfile", "xtrabackup_info"} <= set(pod.names())
    assert "ib_logfile0" not in pod.names()
    assert clone(pod, article)[0] == 0
    server, _ = start(pod, article)
    assert "InnoDB: Starting crash recovery." not in server.output.text
    assert server.sql("SHOW TABLES FROM test", "-N") == "t\n"
    assert server.run("mysql", "-h", "127.0.0.1", "-e", "SELECT n FROM test.t")[::2] == (
        1,
        "ERROR 1146 (42S02) at line 1: Table 'test.t' doesn't exist\n",
    )
    assert replica_status(server)["Slave_IO_Running"] == "Yes"


@pytest.mark.parametrize("ending", ["ibtmp1", "mysql/ibdata1"])
def test_a_prepare_killed_during_recovery_is_stuck(article: Scripts, ending: str) -> None:
    """DIR-27, XB-76, MYSQLD-63."""
    _, pod = with_primary(article)
    clone_killed(pod, article, "write", ending, skip=2 if ending == "mysql/ibdata1" else 0)
    assert "ib_logfile0" in pod.names() and "xtrabackup_logfile" not in pod.names()
    assert clone(pod, article)[0] == 0
    container = pod.mysql()
    main = container.start("docker-entrypoint.sh", "mysqld")
    container.sim.run(main.exited)
    assert main.status == 1
    assert "[ERROR] InnoDB: Only one log file found." in container.output.text


@pytest.mark.parametrize("ending", ["xtrabackup_checkpoints", "ib_logfile101", "ib_logfile1"])
def test_a_prepare_killed_after_recovery_starts_well(article: Scripts, ending: str) -> None:
    """DIR-28, XB-77, MYSQLD-64."""
    _, pod = with_primary(article)
    clone_killed(pod, article, "write", ending, skip=1 if ending == "xtrabackup_checkpoints" else 0)
    assert clone(pod, article)[0] == 0
    server, _ = start(pod, article)
    assert server.sql("SELECT n FROM test.t", "-N") == "1\n"


# ── the sidecar, cut short ───────────────────────────────────────────────────────────────────────────────────────


def sidecar_killed(pod: Pod, edition: Scripts, verb: str, ending: str) -> None:
    """A clone, then both containers; the sidecar is killed before that step, and started again."""
    assert clone(pod, edition)[0] == 0
    server, sidecar = pod.mysql(), pod.sidecar()
    kill_before(sidecar, verb, ending)
    server.start("docker-entrypoint.sh", "mysqld")
    main = sidecar.start("bash", "-c", edition.sidecar)
    pod.wait_until_ready(server)
    pod.world.sim.run(pod.world.sim.any_of(main.exited, pod.world.sim.sleep(20)))
    assert main.status == 137, sidecar.output.text
    pod.containers = (server, pod.sidecar())  # type: ignore[attr-defined]


def second_attempt(pod: Pod, edition: Scripts) -> tuple[int | None, str, dict[str, str]]:
    """The sidecar once more: its status (None: it serves), its log, and how replication is then."""
    server, sidecar = pod.containers  # type: ignore[attr-defined]
    main = sidecar.start("bash", "-c", edition.sidecar)
    pod.world.sim.run(pod.world.sim.any_of(main.exited, pod.world.sim.sleep(10)))
    return main.status, sidecar.output.text, replica_status(server)


def test_a_sidecar_killed_between_burning_and_writing_never_replicates(edition: Scripts) -> None:
    """DIR-31."""
    _, pod = with_primary(edition)
    sidecar_killed(pod, edition, "create", "change_master_to.sql.in")
    status, _, replication = second_attempt(pod, edition)
    assert (status, replication) == (None, {})


def test_a_sidecar_killed_before_its_file_has_content_sends_half_a_statement(edition: Scripts) -> None:
    """DIR-32."""
    _, pod = with_primary(edition)
    sidecar_killed(pod, edition, "write", "change_master_to.sql.in")
    status, log, replication = second_attempt(pod, edition)
    assert status == 1
    assert "ERROR 1064 (42000)" in log
    assert replication == {}


def test_burning_before_use_loses_the_position(article: Scripts) -> None:
    """DIR-34, S03."""
    _, pod = with_primary(article)
    assert clone(pod, article)[0] == 0
    server, sidecar = pod.mysql(), pod.sidecar()

    def before(process: object, verb: str, object: str) -> None:
        if verb == "connect" and "change_master_to.sql.orig" in pod.names():
            sidecar.machine.before_step = None
            sidecar.machine.kill()

    sidecar.machine.before_step = before
    server.start("docker-entrypoint.sh", "mysqld")
    main = sidecar.start("bash", "-c", article.sidecar)
    pod.world.sim.run(main.exited)
    pod.containers = (server, pod.sidecar())  # type: ignore[attr-defined]
    assert second_attempt(pod, article)[::2] == (None, {})


def test_using_before_burning_crashes_for_ever(docs: Scripts) -> None:
    """DIR-36, REPL-31 d, S02."""
    _, pod = with_primary(docs)
    sidecar_killed(pod, docs, "rename", "change_master_to.sql.in")
    for _ in range(2):
        status, log, replication = second_attempt(pod, docs)
        assert status == 1
        assert (
            "ERROR 3021 (HY000) at line 1: This operation cannot be performed with a running slave io thread; run STOP "
            "SLAVE IO_THREAD FOR CHANNEL '' first."
        ) in log
        assert replication["Slave_IO_Running"] == "Yes"
        server, _ = pod.containers  # type: ignore[attr-defined]
        pod.containers = (server, pod.sidecar())  # type: ignore[attr-defined]


def test_a_replica_that_was_never_configured_hands_on_nothing(article: Scripts) -> None:
    """DIR-54, XB-35."""
    world, pod = with_primary(article)
    sidecar_killed(pod, article, "create", "change_master_to.sql.in")
    second_attempt(pod, article)
    later = world.pod(2)
    assert clone(later, article)[0] == 0
    assert not {"xtrabackup_slave_info", "xtrabackup_binlog_info"} & set(later.names())
    server, _ = start(later, article)
    assert replica_status(server) == {}
