"""Any expression has a value or one of MySQL's errors, never a failure of the model."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import example, given, settings
from hypothesis import strategies as st

from simk8s.mysql.column import plain_text
from simk8s.mysql.engine.function import FUNCTIONS
from simk8s.mysql.errors import MySQLError
from tests.mysql.box import PRIMARY, Box

BOX = Box(*PRIMARY).initialize().start()
BOX.sql("CREATE DATABASE d")
BOX.sql("CREATE TABLE d.t (i BIGINT, u BIGINT UNSIGNED, d DECIMAL(30,10), f DOUBLE, s VARCHAR(40), k INT PRIMARY KEY)")
BOX.sql("ALTER TABLE d.t ADD b BLOB, ADD t DATETIME, ADD y DATE, ADD c TIME, ADD e ENUM('x','y')")
BOX.sql("INSERT INTO d.t VALUES (1,2,3.5,4.5,'five',1,x'36','2024-02-29 12:00:00','2024-02-29','11:22:33','x')")
BOX.sql("INSERT INTO d.t (k) VALUES (2)")

LEAVES = """
i u d f s b t y c e NULL 0 1 -1 7 1e300 0.1 99999999999999999999 '' 'a' '12' '2024-01-31' '10:00:00' x'ff' @v TRUE
9223372036854775807 1000000 '%a_'
"""
leaves = st.sampled_from(LEAVES.split())
OPERATORS = [
    "+",
    "-",
    "*",
    "/",
    "DIV",
    "%",
    "=",
    "<>",
    "<",
    "<=>",
    "AND",
    "OR",
    "XOR",
    "LIKE",
    "|",
    "&",
    "^",
    "<<",
    ">>",
]
NAMES = sorted(set(FUNCTIONS) - {"SLEEP", "UUID", "IF", "COLLATE", "VALUES"})


def extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(OPERATORS), inner),
        st.builds("(NOT {})".format, inner),
        st.builds("(- {})".format, inner),
        st.builds("({} IN ({}, {}))".format, inner, inner, inner),
        st.builds("({} IS NULL)".format, inner),
        st.builds("({} + INTERVAL {} {})".format, inner, inner, st.sampled_from(["DAY", "MONTH", "SECOND", "YEAR"])),
        st.builds(
            "CAST({} AS {})".format,
            inner,
            st.sampled_from(["SIGNED", "UNSIGNED", "CHAR", "DATE", "DECIMAL(5,2)", "BINARY"]),
        ),
        st.builds("CASE {} WHEN {} THEN {} ELSE {} END".format, inner, inner, inner, inner),
        st.builds("IF({}, {}, {})".format, inner, inner, inner),
        st.builds(
            lambda name, arguments: f"{name}({', '.join(arguments)})",
            st.sampled_from(NAMES),
            st.lists(inner, max_size=3),
        ),
    )


expressions = st.recursive(leaves, extend, max_leaves=5)
aggregates = st.builds(
    "{}({})".format, st.sampled_from(["COUNT", "SUM", "AVG", "MIN", "MAX", "GROUP_CONCAT"]), expressions
)


def check(text: str) -> None:
    with suppress(MySQLError):
        for row in BOX.sql(text):
            assert all(value is None or isinstance(plain_text(value), str) for value in row)


@settings(max_examples=300, deadline=None)
@given(expressions)
@example("TIMESTAMPDIFF(i, t, t)")
def test_any_expression_has_a_value_or_one_of_mysqls_errors(expression: str) -> None:
    check(f"SELECT {expression} FROM d.t")


@settings(max_examples=100, deadline=None)
@given(aggregates, expressions, expressions)
def test_any_query_has_rows_or_one_of_mysqls_errors(aggregate: str, condition: str, key: str) -> None:
    check(f"SELECT {aggregate} FROM d.t WHERE {condition} GROUP BY {key} ORDER BY {key}")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from("iudfsbtyce"), expressions, st.booleans())
def test_any_value_is_stored_or_refused_with_one_of_mysqls_errors(column: str, expression: str, ignore: bool) -> None:
    BOX.sql("ROLLBACK")
    BOX.sql("BEGIN")
    check(f"UPDATE d.t SET {column} = {expression}")
    check(f"INSERT {'IGNORE ' if ignore else ''}INTO d.t ({column}, k) SELECT {expression}, 9 FROM d.t LIMIT 1")
