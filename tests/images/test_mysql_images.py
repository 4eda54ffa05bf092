"""What the images of mysql and xtrabackup contain."""

from __future__ import annotations

import pytest

from simk8s.images import default_registry
from simk8s.images.mysql57 import MYSQL, MYSQL_ORACLE, mysql57
from simk8s.images.xtrabackup import XTRABACKUP
from simk8s.machine import File
from simk8s.shell import check
from tests.mysql_server.world import Container, World


def box(image: object, name: str = "box") -> Container:
    return Container(World().pod(3), image, name)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reference", "argv"),
    [
        ("mysql:5.7", ["docker-entrypoint.sh", "mysqld"]),
        ("mysql:5.7.43-oracle", ["docker-entrypoint.sh", "mysqld"]),
        ("gcr.io/google-samples/xtrabackup:1.0", ["bash"]),
    ],
)
def test_the_registry_finds_them(reference: str, argv: list[str]) -> None:
    image = default_registry().find(reference)
    assert image is not None
    assert image.argv() == argv


def test_other_editions_of_mysql_have_a_server_that_says_it_is_not_modelled() -> None:
    """IMG-8."""
    image = default_registry().find("mysql:8.0")
    assert image is not None
    server = image.root().find("/usr/sbin/mysqld")
    assert isinstance(server, File)
    assert b"unmodelled" in bytes(server.content)


@pytest.mark.parametrize(
    ("image", "there", "missing"),
    [
        (MYSQL, "bash hostname mysqld mysql mysqladmin gosu sed awk find", "ps curl ncat xtrabackup"),  # IMG-1
        (MYSQL_ORACLE, "bash mysqld mysql gosu", "hostname ps"),  # IMG-2
        (XTRABACKUP, "bash hostname xtrabackup xbstream ncat mysql sed", "mysqld"),  # IMG-4
    ],
)
def test_programs_are_those_of_the_real_image(image: object, there: str, missing: str) -> None:
    container = box(image)
    for name in there.split():
        assert container.bash(f"type -P {name}")[0] == 0, name
    for name in missing.split():
        assert container.bash(f"type -P {name}")[0] == 1, name


def test_the_oracle_edition_stops_the_first_init_container() -> None:
    """SW-2, IMG-3."""
    status, _, errors = box(MYSQL_ORACLE).bash("set -ex\n[[ `hostname` =~ -([0-9]+)$ ]] || exit 1")
    assert status == 1
    assert errors.splitlines() == [
        "++ hostname",
        "bash: line 2: hostname: command not found",
        "+ [[ '' =~ -([0-9]+)$ ]]",
        "+ exit 1",
    ]


def test_the_oracle_edition_serves_all_the_same() -> None:
    """IMG-2, MYSQLD-30."""
    pod = World().pod(0)
    container = Container(pod, MYSQL_ORACLE, "oracle")
    container.start("docker-entrypoint.sh", "mysqld")
    pod.wait_until_ready(container)
    assert container.sql("SELECT @@server_id", "-N") == "100\n"


def test_the_images_own_configuration_switches_reverse_dns_off_unless_it_is_hidden() -> None:
    """MYSQLD-33, SW-5."""
    container = box(MYSQL)
    assert "--skip-name-resolve" not in container.run("my_print_defaults", "mysqld")[1]  # the Pod's volume hides it
    assert "--skip-name-resolve" in box(mysql57(reverse_dns=False)).run("my_print_defaults", "mysqld")[1]
    shown = MYSQL.root().find("/etc/mysql/conf.d/docker.cnf")
    assert shown is not None


def test_the_entrypoint_is_bash_that_is_understood_before_it_runs() -> None:
    script = MYSQL.root().find("/usr/local/bin/docker-entrypoint.sh")
    assert script is not None
    assert check(bytes(script.content).decode()) == []  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "argv", [("docker-entrypoint.sh", "echo", "hello"), ("docker-entrypoint.sh", "mysqld", "--version")]
)
def test_other_commands_pass_through(argv: tuple[str, ...]) -> None:
    """ENTRY-1."""
    status, out, _ = box(MYSQL).run(*argv)
    assert status == 0
    assert out.startswith(("hello", "mysqld  Ver 5.7.42"))


def test_a_variable_and_its_file_exclude_each_other() -> None:
    """ENTRY-21."""
    container = box(MYSQL)
    container.env |= {"MYSQL_ROOT_PASSWORD": "x", "MYSQL_ROOT_PASSWORD_FILE": "/run/secret"}
    status, _, errors = container.run("docker-entrypoint.sh", "mysqld")
    assert status == 1
    assert "Both MYSQL_ROOT_PASSWORD and MYSQL_ROOT_PASSWORD_FILE are set (but are exclusive)" in errors


def test_database_user_and_password_are_made_as_asked() -> None:
    """ENTRY-16, ENTRY-17."""
    pod = World().pod(0)
    container = pod.mysql()
    container.env |= {
        "MYSQL_DATABASE": "shop",
        "MYSQL_USER": "app",
        "MYSQL_PASSWORD": "s3",
        "MYSQL_ROOT_PASSWORD": "r00t",
    }
    container.start("docker-entrypoint.sh", "mysqld")
    container.env["MYSQL_PWD"] = "s3"
    container.sim.run(60)
    assert "Creating database shop" in container.output.text
    assert "Giving user app access to schema shop" in container.output.text
    status, out, errors = container.run("mysql", "-u", "app", "shop", "-N", "-e", "CREATE TABLE t (n INT); SHOW TABLES")
    assert (status, out, errors) == (0, "t\n", "")
    assert container.run("mysql", "-u", "root", "-e", "SELECT 1")[0] == 1
    container.env["MYSQL_PWD"] = "r00t"
    assert container.run("mysql", "-u", "root", "-N", "-e", "SELECT 1")[:2] == (0, "1\n")


def test_files_for_the_first_start_run_in_order() -> None:
    """ENTRY-18, ENTRY-45."""
    pod = World().pod(0)
    container = pod.mysql()
    container.machine.mounts.resolve("/").mount.filesystem.install(
        {
            "/docker-entrypoint-initdb.d/1-schema.sql": "CREATE DATABASE shop;\nCREATE TABLE shop.t (n INT);\n",
            "/docker-entrypoint-initdb.d/2-rows.sh": "sql -e 'INSERT INTO shop.t VALUES (5)'\n",
            "/docker-entrypoint-initdb.d/README": "not for you",
        }
    )
    container.start("docker-entrypoint.sh", "mysqld")
    pod.wait_until_ready(container)
    assert container.sql("SELECT n FROM shop.t", "-N") == "5\n"
    path = "/usr/local/bin/docker-entrypoint.sh"
    for line in (f"{path}: running /docker-entrypoint-initdb.d/1-schema.sql",
                 f"{path}: sourcing /docker-entrypoint-initdb.d/2-rows.sh",
                 f"{path}: ignoring /docker-entrypoint-initdb.d/README"):  # fmt: skip
        assert line in container.output.text
