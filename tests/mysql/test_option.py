"""The server's options."""

from __future__ import annotations

import pytest

from simk8s.mysql.option import BadOption, parse_options


def test_later_words_win_and_dashes_are_underscores() -> None:
    """MYSQLD-30."""
    options = parse_options(["--server-id=100", "--server_id=7", "--Super-Read-Only", "--max_connections=5K"])
    assert options.number("server_id") == 7
    assert options.get("super_read_only") == 1
    assert options.get("read_only") == 1
    assert options.number("max_connections") == 5120
    assert options.number("port") == 3306


def test_the_binary_log_is_named_after_the_host_unless_it_has_a_name() -> None:
    """MYSQLD-34."""
    assert parse_options([]).log_base("mysql-0") is None
    assert parse_options(["--log-bin"]).log_base("mysql-0") == "mysql-0-bin"
    assert parse_options(["--log-bin=/var/lib/mysql/binlog"]).log_base("mysql-0") == "binlog"
    assert parse_options(["--log-bin", "--skip-log-bin"]).log_base("mysql-0") is None
    assert parse_options([]).relay_base("mysql-1") == "mysql-1-relay-bin"


def test_switches_can_be_turned_round() -> None:
    assert parse_options(["--skip-relay-log-purge"]).get("relay_log_purge") == 0
    assert parse_options(["--read-only=0"]).get("read_only") == 0
    assert "skip_slave_start" in parse_options(["--skip-slave-start"]).flags
    assert parse_options(["--skip-name-resolve"]).get("skip_name_resolve") == 1


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("--nonsense=1", "unknown variable 'nonsense=1'"),
        ("--nonsense", "unknown option '--nonsense'"),
        ("mysqld", "Too many arguments (first extra is 'mysqld')."),
        ("--binlog-format=WRONG", "Unknown option to binlog-format: WRONG"),
    ],
)
def test_what_is_not_known_is_refused(word: str, text: str) -> None:
    """ENTRY-5."""
    with pytest.raises(BadOption) as caught:
        parse_options([word])
    assert str(caught.value) == text


def test_loose_options_are_only_warned_about() -> None:
    assert parse_options(["--loose-nonsense=1"]).warnings == ["unknown variable 'loose-nonsense=1'"]
