"""How the mysql client prints results."""

from __future__ import annotations

from simk8s.mysql.client.result import tabbed, table, vertical
from simk8s.mysql.wire import Field, Rows

RESULT = Rows([Field("id", True), Field("message")], [["1", "hello"], ["20", None], ["3", "a\tb\nc\\d"]])


def test_tabs_and_newlines_are_escaped_in_the_tabbed_form() -> None:
    """SQL-11."""
    assert tabbed(RESULT) == "id\tmessage\n1\thello\n20\tNULL\n3\ta\\tb\\nc\\\\d\n"
    assert tabbed(Rows([Field("a")], [["x\ty"]]), raw=True, names=False) == "x\ty\n"


def test_the_table_form_aligns_numbers_to_the_right() -> None:
    """SQL-11."""
    assert table(Rows(RESULT.fields, RESULT.rows[:2])).splitlines() == [
        "+----+---------+",
        "| id | message |",
        "+----+---------+",
        "|  1 | hello   |",
        "| 20 | NULL    |",
        "+----+---------+",
    ]


def test_the_vertical_form_has_stars_and_aligned_names() -> None:
    """SQL-11."""
    stars = "*" * 27
    assert vertical(Rows(RESULT.fields, RESULT.rows[:2])) == (
        f"{stars} 1. row {stars}\n     id: 1\nmessage: hello\n{stars} 2. row {stars}\n     id: 20\nmessage: NULL\n"
    )


def test_wide_letters_take_two_columns() -> None:
    assert table(Rows([Field("c")], [["主"]])).splitlines()[3] == "| 主 |"
