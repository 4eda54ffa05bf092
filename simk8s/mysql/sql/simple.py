"""Expressions and statements that need no large parser: literals, variables, `SELECT 1`, `INSERT ... VALUES (1, 'a')`.

They are most of what a start-up script sends. Anything else is left to `sqlglot`, which takes a tenth of a second to
import; a test holds the two against each other.
"""

from __future__ import annotations

from decimal import Decimal

from simk8s.mysql.sql.expression import number
from simk8s.mysql.sql.lexer import Cursor
from simk8s.mysql.sql.syntax import (
    Call,
    Default,
    Expression,
    Insert,
    Item,
    Literal,
    Query,
    Select,
    SystemVariable,
    TableName,
    UserVariable,
)

_CONSTANTS: dict[str, Expression] = {
    "NULL": Literal(None),
    "TRUE": Literal(1),
    "FALSE": Literal(0),
    "DEFAULT": Default(),
    "CURRENT_TIMESTAMP": Call("NOW"),
}


def simple_select(cursor: Cursor) -> Query | None:
    """`SELECT item, ...` without any clause; None where it is more than that."""
    if not cursor.accept("SELECT"):
        return None
    items: list[Item] = []
    while True:
        start = cursor.token
        value = simple_expression(cursor)
        if value is None or isinstance(value, Default):
            return None
        end = cursor.tokens[cursor.place - 1].end
        items.append(Item(value, start.header(cursor.text[start.start : end])))
        if cursor.at_end:
            return Select(tuple(items))
        if not cursor.accept(","):
            return None


def simple_insert(cursor: Cursor) -> Insert | None:
    """`INSERT INTO t [(columns)] VALUES (simple, ...), ...`; None where it is more than that."""
    if not (cursor.accept("INSERT", "INTO") or cursor.accept("INSERT")):
        return None
    names = _names(cursor)
    if not names or len(names) > 2:
        return None
    columns: tuple[str, ...] | None = None
    if cursor.accept("("):
        columns = tuple(_list_of_names(cursor))
        if not columns:
            return None
    if not (cursor.accept("VALUES") or cursor.accept("VALUE")):
        return None
    rows: list[tuple[Expression, ...]] = []
    while True:
        row = _row(cursor)
        if row is None:
            return None
        rows.append(row)
        if cursor.at_end:
            return Insert(TableName(names[-1], names[0] if len(names) == 2 else ""), columns, tuple(rows))
        if not cursor.accept(","):
            return None


def simple_expression(cursor: Cursor) -> Expression | None:
    """A literal, a variable or a call without arguments; None where it is something else."""
    token = cursor.token
    sign = 1
    if token.text == "-" and cursor.tokens[cursor.place + 1].kind == "number":
        cursor.place += 1
        token, sign = cursor.token, -1
    key = token.key
    if token.kind == "number":
        cursor.place += 1
        value = number(token.text)
        assert isinstance(value, int | float | Decimal)
        return Literal(value * sign)
    if token.kind == "string" and token.text[0] in "'\"" and cursor.tokens[cursor.place + 1].kind != "string":
        cursor.place += 1
        return Literal(token.value)
    if token.kind == "variable":
        cursor.place += 1
        return variable(token.text) if len(token.text) > 1 else None
    if key in _CONSTANTS and cursor.tokens[cursor.place + 1].text != "(":
        cursor.place += 1
        return _CONSTANTS[key]
    if token.kind == "word" and cursor.tokens[cursor.place + 1].text == "(" and key not in ("VALUES", "IF", "COUNT"):
        if cursor.tokens[cursor.place + 2].text != ")":
            return None
        cursor.place += 3
        return Call("NOW" if key == "CURRENT_TIMESTAMP" else key, typed=token.text)
    return None


def expression_in(cursor: Cursor, *stops: str) -> Expression:
    """The expression that comes next, up to one of the words `stops` or the end of the statement."""
    place = cursor.place
    value = simple_expression(cursor)
    if value is not None and (cursor.at_end or cursor.token.key in stops):
        return value
    cursor.place = place
    start = cursor.token.start
    text = cursor.rest_until(*stops)
    from simk8s.mysql.sql.ordinary import expression

    return expression(text, cursor.text, start)


def variable(text: str) -> SystemVariable | UserVariable:
    """`@@global.x`, `@@x` or `@x`."""
    if not text.startswith("@@"):
        return UserVariable(text[1:].strip("`'\"").lower())
    scope, dot, name = text[2:].replace("`", "").lower().partition(".")
    if dot and scope in ("global", "session", "local"):
        return SystemVariable(name, "global" if scope == "global" else "session")
    return SystemVariable(text[2:].replace("`", "").lower())


def _names(cursor: Cursor) -> list[str]:
    names: list[str] = []
    while cursor.token.kind in ("word", "quoted"):
        names.append(cursor.identifier())
        if not cursor.accept("."):
            break
    return names


def _list_of_names(cursor: Cursor) -> list[str]:
    names: list[str] = []
    while cursor.token.kind in ("word", "quoted"):
        names.append(cursor.identifier())
        if cursor.accept(")"):
            return names
        if not cursor.accept(","):
            break
    return []


def _row(cursor: Cursor) -> tuple[Expression, ...] | None:
    if not cursor.accept("("):
        return None
    if cursor.accept(")"):
        return ()
    values: list[Expression] = []
    while True:
        value = simple_expression(cursor)
        if value is None:
            return None
        values.append(value)
        if cursor.accept(")"):
            return tuple(values)
        if not cursor.accept(","):
            return None
