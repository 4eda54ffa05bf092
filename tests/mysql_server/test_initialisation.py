"""The entrypoint's first start, row by row, and what a kill leaves (DIR-1 to DIR-9, ENTRY-40 to ENTRY-46)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simk8s.machine import Process
from simk8s.machine.signals import SIGKILL, SIGTERM
from tests.mysql_server.world import Container, Pod, World

ROOT = {"auto.cnf", "ib_buffer_pool", "ib_logfile0", "ib_logfile1", "ibdata1", "mysql", "performance_schema", "sys"}


def crash(container: Container, when: Callable[[Process, str, str], bool]) -> Process:
    """Start the entrypoint and kill the whole container right before the first step that `when` accepts."""

    def before(process: Process, verb: str, object: str) -> None:
        if when(process, verb, object):
            container.machine.before_step = None
            container.machine.kill()

    container.machine.before_step = before
    main = container.start("docker-entrypoint.sh", "mysqld")
    container.sim.run(container.sim.any_of(main.exited, container.sim.sleep(120)))
    assert main.status == 137, container.output.text
    return main


def before_file(verb: str, name: str) -> Callable[[Process, str, str], bool]:
    """Before `verb` of a file in the volume."""
    return lambda process, this, object: this == verb and object.endswith(f":/mysql/{name}")


def restart(pod: Pod) -> tuple[int | None, Container]:
    """The next start of the mysql container: its exit status, or None where it serves after a minute."""
    container = pod.mysql()
    main = container.start("docker-entrypoint.sh", "mysqld")
    container.sim.run(container.sim.any_of(main.exited, container.sim.sleep(60)))
    return main.status, container


def test_a_first_start_leaves_these_files_and_these_positions() -> None:
    """DIR-3 to DIR-9, REPL-3."""
    pod = World().pod(0)
    container = pod.serve()
    logs = {f"mysql-0-bin.{n}" for n in ("000001", "000002", "000003", "index")}
    assert set(pod.names()) == ROOT | logs | {"ibtmp1"}
    assert pod.size("mysql-0-bin.000001") == 177
    assert container.sql("SHOW MASTER STATUS").splitlines()[1].split("\t")[:2] == ["mysql-0-bin.000003", "154"]
    assert pod.text("mysql-0-bin.index").splitlines() == [f"./mysql-0-bin.{n:06d}" for n in (1, 2, 3)]


def test_root_is_let_in_from_everywhere_afterwards() -> None:
    """ENTRY-16, SQL-1."""
    world = World()
    world.pod(0).serve()
    other = world.pod(1).sidecar()
    status, out, errors = other.run("mysql", "-h", "mysql-0.mysql", "-N", "-e", "SELECT CURRENT_USER()")
    assert (status, out, errors) == (0, "root@%\n", "")


def test_its_log_has_these_lines_in_this_order() -> None:
    """ENTRY-3, ENTRY-12 to ENTRY-19."""
    container = World().pod(0).serve()
    lines = [line.partition("[Entrypoint]: ")[2] for line in container.output.text.splitlines() if "Entrypoint" in line]
    banner = "Entrypoint script for MySQL Server 5.7.42-1debian10 started."
    assert lines == [
        banner,
        "Switching to dedicated user 'mysql'",
        banner,
        "Initializing database files",
        "Database files initialized",
        "Starting temporary server",
        "Waiting for server startup",
        "Temporary server started.",
        "Stopping temporary server",
        "Temporary server stopped",
        "MySQL init process done. Ready for start up.",
    ]


def test_meanwhile_the_network_is_closed_and_the_socket_answers() -> None:
    """ENTRY-22."""
    pod = World().pod(0)
    container = pod.mysql()
    container.start("docker-entrypoint.sh", "mysqld")
    while "Temporary server started" not in container.output.text:
        container.sim.run(container.sim.now + 0.5)
    assert container.run("mysqladmin", "ping")[:2] == (0, "mysqld is alive\n")
    status, _, errors = container.run("mysql", "-h", "127.0.0.1", "-e", "SELECT 1")
    assert (status, errors) == (1, "ERROR 2003 (HY000): Can't connect to MySQL server on '127.0.0.1' (111)\n")


def test_without_a_password_choice_nothing_is_written() -> None:
    """ENTRY-20."""
    pod = World().pod(0)
    container = pod.mysql()
    del container.env["MYSQL_ALLOW_EMPTY_PASSWORD"]
    status, _, errors = container.run("docker-entrypoint.sh", "mysqld")
    assert status == 1
    assert "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n" in errors
    assert "    - MYSQL_RANDOM_ROOT_PASSWORD\n" in errors
    assert pod.names() == []


def test_a_bad_option_is_found_before_anything_is_written() -> None:
    """ENTRY-5."""
    pod = World().pod(0)
    pod.conf.install({"/bad.cnf": "[mysqld]\nno-such-option=1\n"})
    status, _, errors = pod.mysql().run("docker-entrypoint.sh", "mysqld")
    assert status == 1
    assert "mysqld failed while attempting to check config" in errors
    assert "unknown variable 'no-such-option=1'" in errors
    assert pod.names() == []


@pytest.mark.parametrize("name", ["ib_logfile1", "ibtmp1", "mysql-0-bin.000001", "auto.cnf"])
def test_a_kill_before_the_directory_mysql_is_stuck_for_ever(name: str) -> None:
    """ENTRY-41, DIR-3."""
    pod = World().pod(0)
    crash(pod.mysql(), before_file("write", name))
    assert "ibdata1" in pod.names() and "mysql" not in pod.names()
    for _ in range(2):
        status, container = restart(pod)
        assert status == 1
        assert "--initialize specified but the data directory has files in it. Aborting." in container.output.text


def test_a_kill_among_the_system_tables_is_fatal_for_ever() -> None:
    """ENTRY-42, DIR-4."""
    pod = World().pod(0)
    crash(pod.mysql(), before_file("write", "mysql/user.MYD"))
    for _ in range(2):
        status, container = restart(pod)
        assert status == 1
        assert "Fatal error: Can't open and lock privilege tables" in container.output.text


@pytest.mark.parametrize("wait_for", ["Starting temporary server", "Temporary server started."])
def test_a_kill_before_the_accounts_leaves_a_server_that_refuses_other_pods(wait_for: str) -> None:
    """ENTRY-43, DIR-5, DIR-6."""
    world = World()
    pod = world.pod(0)
    container = pod.mysql()
    container.start("docker-entrypoint.sh", "mysqld")
    while wait_for not in container.output.text:
        container.sim.run(container.sim.now + 0.2)
    container.machine.kill()

    served = pod.serve()
    assert served.sql("SELECT CURRENT_USER()", "-N") == "root@localhost\n"
    status, _, errors = world.pod(1).sidecar().run("mysql", "-h", "mysql-0.mysql", "-e", "SELECT 1")
    assert status == 1
    host = "mysql-1.mysql.default.svc.cluster.local"
    assert errors == f"ERROR 1130 (HY000): Host '{host}' is not allowed to connect to this MySQL server\n"


def test_a_kill_after_the_accounts_heals_by_itself() -> None:
    """ENTRY-46, DIR-8."""
    world = World()
    pod = world.pod(0)
    container = pod.mysql()
    container.start("docker-entrypoint.sh", "mysqld")
    while "Stopping temporary server" not in container.output.text:
        container.sim.run(container.sim.now + 0.2)
    container.machine.kill()

    served = pod.serve()
    assert "InnoDB: Starting crash recovery." in served.output.text
    assert "Initializing database files" not in served.output.text
    assert world.pod(1).sidecar().run("mysql", "-h", "mysql-0.mysql", "-e", "SELECT 1")[0] == 0


def test_a_directory_with_anything_in_it_is_refused() -> None:
    """ENTRY-47."""
    pod = World().pod(0)
    pod.data.directory("mysql/lost+found")
    status, container = restart(pod)
    assert status == 1
    assert "the data directory has files in it" in container.output.text


def test_an_empty_directory_mysql_counts_as_a_database() -> None:
    """ENTRY-4."""
    pod = World().pod(0)
    pod.data.directory("mysql/mysql")
    status, container = restart(pod)
    assert status == 1
    assert "Initializing database files" not in container.output.text


def test_sigterm_is_ignored_until_the_server_is_process_one() -> None:
    """ENTRY-24, MYSQLD-54, SW-6."""
    pod = World().pod(0)
    container = pod.mysql()
    main = container.start("docker-entrypoint.sh", "mysqld")
    container.sim.run(5.0)
    main.kill(SIGTERM)
    pod.wait_until_ready(container)
    main.kill(SIGTERM)
    container.sim.run(main.exited)
    assert main.status == 0


def test_a_killed_server_recovers_and_a_stopped_one_has_nothing_to_recover() -> None:
    """MYSQLD-50 to MYSQLD-55, REPL-4, DIR-60."""
    pod = World().pod(0)
    container = pod.serve()
    container.sql("CREATE DATABASE test; CREATE TABLE test.t (n INT); INSERT INTO test.t VALUES (7)")
    container.machine.processes[1].kill(SIGKILL)
    assert "ibtmp1" in pod.names()

    second = pod.serve()
    assert "InnoDB: Database was not shutdown normally!" in second.output.text
    assert "Recovering after a crash using mysql-0-bin" in second.output.text
    assert second.sql("SELECT n FROM test.t", "-N") == "7\n"
    main = second.machine.processes[1]
    main.kill(SIGTERM)
    container.sim.run(main.exited)
    assert (main.status, "ibtmp1" in pod.names()) == (0, False)

    third = pod.serve()
    assert "crash" not in third.output.text
    assert "mysql-0-bin.000005" in pod.names()
