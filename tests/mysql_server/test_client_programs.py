"""`mysql`, `mysqladmin` and the small tools around them, against a running server."""

from __future__ import annotations

import pytest

from simk8s.errors import SimError
from simk8s.machine import SourceHandle
from simk8s.machine.signals import SIGKILL
from tests.mysql_server.world import Container, Output, World


@pytest.fixture
def server() -> Container:
    return World().pod(0).serve()


def run(server: Container, *options: str, stdin: str = "") -> tuple[int, str, str]:
    return server.run("mysql", "-h", "127.0.0.1", *options, stdin=stdin.encode())


def test_the_readiness_probe_prints_one_twice(server: Container) -> None:
    """SQL-11, SQL-16."""
    assert run(server, "-e", "SELECT 1") == (0, "1\n1\n", "")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("-N",), "1\tNULL\n"),
        (("-s",), "1\tNULL\n"),
        (("-B",), "a\tb\n1\tNULL\n"),
        (("-t",), "+---+------+\n| a | b    |\n+---+------+\n| 1 | NULL |\n+---+------+\n"),
        (("-tN",), "+---+------+\n| 1 | NULL |\n+---+------+\n"),
        (("-E",), f"{'*' * 27} 1. row {'*' * 27}\na: 1\nb: NULL\n"),
    ],
)
def test_options_choose_the_form(server: Container, options: tuple[str, ...], expected: str) -> None:
    """SQL-11."""
    assert run(server, *options, "-e", "SELECT 1 AS a, NULL AS b") == (0, expected, "")


def test_an_empty_result_prints_nothing(server: Container) -> None:
    """SQL-12."""
    assert run(server, "-e", "SHOW SLAVE STATUS; SET @a=1") == (0, "", "")


def test_the_first_error_stops_unless_forced(server: Container) -> None:
    """SQL-13, SQL-14, SQL-15."""
    text = "SELECT 1;\nSELECT nothing;\nSELECT 3"
    error = "ERROR 1054 (42S22) at line 2: Unknown column 'nothing' in 'field list'\n"
    assert run(server, "-N", "-e", text) == (1, "1\n", error)
    assert run(server, "-N", "-f", "-e", text) == (1, "1\n3\n", error)


def test_statements_come_from_standard_input_too(server: Container) -> None:
    """SQL-10; the article's session."""
    text = """CREATE DATABASE test;
CREATE TABLE test.messages (message VARCHAR(250));
INSERT INTO test.messages VALUES ('hello');
"""
    assert run(server, stdin=text) == (0, "", "")
    assert run(server, "test", "-e", "SELECT * FROM messages") == (0, "message\nhello\n", "")


def test_use_and_the_database_options_agree(server: Container) -> None:
    server.sql("CREATE DATABASE shop")
    assert run(server, "-N", "-e", "use shop\nSELECT DATABASE()")[1] == "shop\n"
    assert run(server, "-N", "-D", "shop", "-e", "SELECT DATABASE()")[1] == "shop\n"
    assert run(server, "nowhere", "-e", "SELECT 1") == (1, "", "ERROR 1049 (42000): Unknown database 'nowhere'\n")


def test_the_host_chooses_between_socket_and_network(server: Container) -> None:
    """SQL-2."""
    assert server.run("mysql", "-N", "-e", "SELECT USER()")[1] == "root@localhost\n"
    assert server.run("mysql", "-h", "localhost", "-N", "-e", "SELECT 1")[1] == "1\n"
    assert server.run("mysql", "-P", "3307", "-h", "127.0.0.1", "-e", "SELECT 1")[2] == (
        "ERROR 2003 (HY000): Can't connect to MySQL server on '127.0.0.1' (111)\n"
    )
    assert server.run("mysql", "-h", "nowhere", "-e", "SELECT 1")[2] == (
        "ERROR 2005 (HY000): Unknown MySQL server host 'nowhere' (0)\n"
    )


def test_the_sidecar_has_no_socket(server: Container) -> None:
    """SQL-2, IMG-6."""
    sidecar = World().pod(0).sidecar()
    assert sidecar.run("mysql", "-e", "SELECT 1")[::2] == (
        1,
        "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)\n",
    )


def test_passwords_are_checked_and_warned_about(server: Container) -> None:
    """SQL-4, errors 1045 and 1130."""
    warning = "mysql: [Warning] Using a password on the command line interface can be insecure.\n"
    assert run(server, "-pwrong", "-e", "SELECT 1")[::2] == (
        1,
        f"{warning}ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)\n",
    )
    assert run(server, "-u", "nobody", "-e", "SELECT 1")[2] == (
        "ERROR 1045 (28000): Access denied for user 'nobody'@'localhost' (using password: NO)\n"
    )
    server.sql("CREATE USER 'app'@'%' IDENTIFIED BY 's3cret'")
    server.env["MYSQL_PWD"] = "s3cret"
    assert run(server, "-u", "app", "-N", "-e", "SELECT CURRENT_USER()")[1] == "app@%\n"


def test_a_client_group_in_an_option_file_counts(server: Container) -> None:
    """MYSQLD-31."""
    server.machine.mounts.resolve("/").mount.filesystem.install(
        {"/root/.my.cnf": "[client]\nhost=127.0.0.1\nport=3999\n"}
    )
    server.env["HOME"] = "/root"
    assert "Can't connect to MySQL server on '127.0.0.1' (111)" in server.run("mysql", "-e", "SELECT 1")[2]
    assert server.run("mysql", "--no-defaults", "-N", "-e", "SELECT 1")[1] == "1\n"


def test_bad_options_are_named(server: Container) -> None:
    assert run(server, "--nonsense")[::2] == (2, "mysql: [ERROR] unknown option '--nonsense'\n")


def test_what_is_not_modelled_is_refused_by_name(server: Container) -> None:
    with pytest.raises(SimError, match="mysql --html is not modelled"):
        run(server, "--html", "-e", "SELECT 1")


def test_the_documentations_loop_prints_id_and_time(server: Container) -> None:
    """SQL-40."""
    out = server.sql("SELECT @@server_id,NOW()")
    assert out.splitlines()[0] == "@@server_id\tNOW()"
    assert out.splitlines()[1].startswith("100\t2024-01-01 00:00:")


# ── mysqladmin ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_ping_tells_that_the_server_lives_even_when_it_refuses(server: Container) -> None:
    """SQL-20."""
    assert server.run("mysqladmin", "ping") == (0, "mysqld is alive\n", "")
    status, out, errors = server.run("mysqladmin", "-u", "nobody", "ping")
    assert (status, out) == (0, "")
    assert errors == (
        "mysqladmin: connect to server at 'localhost' failed\n"
        "error: 'Access denied for user 'nobody'@'localhost' (using password: NO)'\n"
    )


def test_ping_without_a_server_fails_with_advice() -> None:
    """SQL-21."""
    container = World().pod(0).mysql()
    assert container.run("mysqladmin", "ping")[0] == 1
    assert container.run("mysqladmin", "ping")[2] == (
        "mysqladmin: connect to server at 'localhost' failed\n"
        "error: 'Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)'\n"
        "Check that mysqld is running and that the socket: '/var/run/mysqld/mysqld.sock' exists!\n"
    )
    assert container.run("mysqladmin", "-h", "127.0.0.1", "ping")[2].splitlines()[2:] == [
        "Check that mysqld is running on 127.0.0.1 and that the port is 3306.",
        "You can check this by doing 'telnet 127.0.0.1 3306'",
    ]


def test_a_socket_file_without_its_server_is_refused() -> None:
    """SQL-21, MYSQLD-15: the file stays behind where the server was not the container's first process."""
    pod = World().pod(0)
    container = pod.mysql()
    container.start("sleep", "1000")
    server = container.start("docker-entrypoint.sh", "mysqld")
    pod.wait_until_ready(container)
    server.kill(SIGKILL)
    assert "through socket '/var/run/mysqld/mysqld.sock' (111)'" in container.run("mysqladmin", "ping")[2]


def test_shutdown_returns_when_the_server_has_gone(server: Container) -> None:
    """SQL-22."""
    out = Output()
    stopping = server.start("mysqladmin", "shutdown", output=out)
    main = server.machine.processes[1]
    server.sim.run(main.exited)
    assert main.status == 0
    assert stopping.status is not None
    assert "mysqld: Shutdown complete" in server.output.text


def test_status_and_processlist_look_like_their_statements(server: Container) -> None:
    """SQL-22."""
    status, out, _ = server.run("mysqladmin", "status")
    assert (status, out.startswith("Uptime: ")) == (0, True)
    assert "| Id | User | Host      |" in server.run("mysqladmin", "processlist")[1]


# ── the small tools ──────────────────────────────────────────────────────────────────────────────────────────────


def test_my_print_defaults_prints_the_words_of_a_group(server: Container) -> None:
    assert server.run("my_print_defaults", "mysqld")[1].splitlines() == [
        *("--log-bin", "--server-id=100", "--pid-file=/var/run/mysqld/mysqld.pid"),
        *("--socket=/var/run/mysqld/mysqld.sock", "--datadir=/var/lib/mysql", "--symbolic-links=0"),
    ]


def test_time_zones_are_loaded_and_logged(server: Container) -> None:
    """ENTRY-15."""
    names = server.sql("SELECT Name FROM mysql.time_zone_name", "-N").split()
    assert {"UTC", "Asia/Shanghai"} <= set(names)
    size = int(server.sql("SHOW BINARY LOGS", "-N").splitlines()[1].split("\t")[1])
    assert size > 1000


def test_keys_and_certificates_are_eight_files(server: Container) -> None:
    """MYSQLD-13."""
    assert server.run("mysql_ssl_rsa_setup", "--datadir=/tmp")[0] == 0
    assert len([name for name in server.bash("ls /tmp")[1].split() if name.endswith(".pem")]) == 8


# ── on a terminal ────────────────────────────────────────────────────────────────────────────────────────────────


def test_on_a_terminal_there_are_a_banner_prompts_and_tables(server: Container) -> None:
    """SQL-11, SQL-12."""
    keyboard, screen = SourceHandle(b"SELECT 1 AS a,\n 2 AS b;\nSELECT nothing;\nUSE mysql\nDO 1;\nexit\n"), Output()
    terminal = screen.handle()
    keyboard.is_terminal = terminal.is_terminal = True
    client = server.machine.start(
        ["mysql", "-h", "127.0.0.1"], env=server.env, stdin=keyboard, stdout=terminal, stderr=screen.handle()
    )
    server.sim.run(client.exited)
    assert client.status == 0
    assert screen.text.startswith("Welcome to the MySQL monitor.  Commands end with ; or \\g.\n")
    table = "+---+---+\n| a | b |\n+---+---+\n| 1 | 2 |\n+---+---+\n1 row in set (0.00 sec)\n\n"
    assert table in screen.text
    assert "ERROR 1054 (42S22): Unknown column 'nothing' in 'field list'\n" in screen.text
    assert "Database changed\n" in screen.text
    assert "Query OK, 0 rows affected (0.00 sec)\n\n" in screen.text
    assert screen.text.endswith("Bye\n")


def test_with_a_terminal_and_e_there_is_only_the_table(server: Container) -> None:
    """SQL-11."""
    keyboard, screen = SourceHandle(b""), Output()
    terminal = screen.handle()
    keyboard.is_terminal = terminal.is_terminal = True
    client = server.machine.start(["mysql", "-e", "SELECT 1"], env=server.env, stdin=keyboard, stdout=terminal)
    server.sim.run(client.exited)
    assert screen.text == "+---+\n| 1 |\n+---+\n| 1 |\n+---+\n"
