"""A query of literals alone is answered from itself, as any other query would be."""

from __future__ import annotations

import pytest

from simk8s.mysql.sql.parse import parse
from simk8s.mysql.sql.syntax import Select
from tests.mysql.box import PRIMARY, Box


@pytest.fixture(scope="module")
def box() -> Box:
    return Box(*PRIMARY).initialize().start()


@pytest.mark.parametrize("literals", ["1", "'a', NULL AS b", "1.50, 2e0, 'x' AS y", "1 AS `1`, 1"])
def test_literals_are_answered_as_from_a_table_of_one_row(box: Box, literals: str) -> None:
    query = parse(f"SELECT {literals}")
    assert isinstance(query, Select) and query.is_literal
    assert box.run(f"SELECT {literals}") == box.run(f"SELECT {literals} FROM (SELECT 1 AS one) AS t")
    assert box.sql("SELECT FOUND_ROWS()") == [(1,)]


def test_a_limit_of_none_leaves_no_row_of_literals(box: Box) -> None:
    assert box.sql("SELECT 1 LIMIT 0") == []
