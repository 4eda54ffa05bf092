"""How the mysql client cuts its input into statements."""

from __future__ import annotations

from simk8s.mysql.client.statement import Splitter, Statement, split


def texts(text: str) -> list[str]:
    return [statement.text for statement in split(text)]


def test_the_articles_here_document_is_two_statements() -> None:
    """SQL-17."""
    text = (
        "CHANGE MASTER TO MASTER_LOG_FILE='mysql-0-bin.000003',      MASTER_LOG_POS=154,\n"
        "  MASTER_HOST='mysql-0.mysql',\n  MASTER_CONNECT_RETRY=10;\nSTART SLAVE;\n"
    )
    statements = split(text)
    assert [(s.text.split()[0], s.line) for s in statements] == [("CHANGE", 1), ("START", 4)]


def test_the_last_statement_needs_no_semicolon() -> None:
    """SQL-13."""
    assert texts("SELECT 1; SELECT 2") == ["SELECT 1", "SELECT 2"]


def test_semicolons_in_quotes_and_comments_do_not_cut() -> None:
    assert texts("SELECT 'a;b', \"c;d\", `e;f` -- g;h\n; # i;j\nSELECT /* k;l */ 2") == [
        "SELECT 'a;b', \"c;d\", `e;f`",
        "SELECT  2",
    ]


def test_an_escaped_quote_does_not_end_a_string() -> None:
    assert texts(r"SELECT 'it\'s;', 'it''s;'; SELECT 2") == [r"SELECT 'it\'s;', 'it''s;'", "SELECT 2"]


def test_backslash_g_ends_a_statement_vertically() -> None:
    """SQL-11."""
    assert split("SHOW SLAVE STATUS\\G") == (Statement("SHOW SLAVE STATUS", 1, vertical=True),)
    assert texts("SHOW SLAVE STATUS\\G;") == ["SHOW SLAVE STATUS"]


def test_the_line_of_a_statement_is_where_it_starts() -> None:
    """SQL-14."""
    assert [s.line for s in split("\n\nSELECT 1;\nSELECT\n2; SELECT 3;\n\nSELECT 4")] == [3, 4, 5, 7]


def test_the_clients_own_commands_are_told_apart() -> None:
    assert [(s.command, s.text) for s in split("use shop\nUSE `test`; SELECT 1;\nquit\n")] == [
        ("use", "shop"),
        ("use", "`test`"),
        ("", "SELECT 1"),
        ("quit", ""),
    ]


def test_another_delimiter_lets_semicolons_pass() -> None:
    assert texts("DELIMITER //\nCREATE x; END//\nDELIMITER ;\nSELECT 1;") == ["", "CREATE x; END", "", "SELECT 1"]


def test_a_quote_that_is_never_closed_is_for_the_server_to_complain_about() -> None:
    splitter = Splitter()
    assert splitter.feed("SELECT 'abc") == []
    assert splitter.open_quote == "'"
    assert [statement.text for statement in splitter.finish()] == ["SELECT 'abc"]


def test_a_comment_that_is_never_closed_is_dropped() -> None:
    assert texts("SELECT 1 /* and so on") == ["SELECT 1"]
