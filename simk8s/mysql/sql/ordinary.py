"""Ordinary SQL, parsed by `sqlglot`: SELECT, INSERT, REPLACE, UPDATE, DELETE and expressions."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from sqlglot.dialects.mysql import MySQL
from sqlglot.errors import ParseError, TokenError

from simk8s.mysql.errors import MySQLError, not_supported, syntax_error
from simk8s.mysql.sql.dialect import AFTER_COMMA, refuse_what_is_forgiven
from simk8s.mysql.sql.expression import _query_of, orders, translate
from simk8s.mysql.sql.lexer import Token, tokens_of
from simk8s.mysql.sql.statement import (
    Statement,
)
from simk8s.mysql.sql.syntax import (
    Default,
    Delete,
    Derived,
    Expression,
    Insert,
    Item,
    Join,
    Literal,
    Name,
    Query,
    Select,
    TableName,
    Union,
    Update,
)

logging.getLogger("sqlglot").setLevel(logging.ERROR)


MySQLParser: Any = MySQL.Parser


class _Dialect(MySQL):
    """MySQL whose functions keep their names: which ones there are is for the engine to say."""

    class Parser(MySQLParser):  # type: ignore[misc]
        FUNCTIONS: dict[str, Any] = {}  # noqa: RUF012


_MODIFIERS = frozenset(("LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK", "SQL_NO_CACHE", "SQL_CACHE"))


# What a tree that none of the handlers expects makes them raise: such a statement is refused as a whole.
_UNEXPECTED = (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError, AssertionError)


def statement(text: str) -> Statement:
    """A SELECT, INSERT, REPLACE, UPDATE or DELETE. Raises 1064 with its place, or 1235."""
    tokens = tokens_of(text)
    refuse_what_is_forgiven(text, tokens)
    if tokens[0].key in ("UPDATE", "DELETE") and tokens[1].key == "IGNORE":
        raise not_supported(f"{tokens[0].key} IGNORE")
    try:
        return _statement(_parse(_prepared(text, tokens), text, 0), tokens, text)
    except _UNEXPECTED as problem:
        raise not_supported(f"this form of {tokens[0].key}") from problem


def expression(text: str, whole: str, offset: int) -> Expression:
    """An expression that stands at `offset` of a statement."""
    try:
        tree = _parse(f"SELECT {text}", whole, offset - len("SELECT "))
        if type(tree).__name__ == "Select" and len(tree.expressions) == 1:
            return translate(tree.expressions[0])
    except _UNEXPECTED as problem:
        raise not_supported("this form of expression") from problem
    raise syntax_error(whole, offset)


def _statement(tree: Any, tokens: list[Token], text: str) -> Statement:
    kind = type(tree).__name__
    if kind in ("Select", "Union", "Subquery"):
        query = _query(tree, tokens, text)
        if kind == "Select" and not (tree.args.get("from_") or tree.args.get("from")) and tree.args.get("where"):
            raise syntax_error(text, next(token.start for token in tokens if token.key == "WHERE"))
        return query
    if kind == "Insert":
        return _insert(tree, text, replace=tokens[0].key == "REPLACE")
    if kind == "Update":
        return _update(tree)
    if kind == "Delete":
        return _delete(tree)
    raise not_supported(tokens[0].key)


@cache
def _dialect() -> Any:
    return _Dialect()


def _parse(source: str, text: str, shift: int) -> Any:
    try:
        trees = _dialect().parse(source)
    except ParseError as problem:
        if (
            problem.errors
            and str(problem.errors[0]["highlight"]).upper() in ("ASC", "DESC")
            and "GROUP" in text.upper()
        ):
            raise not_supported("ASC and DESC in GROUP BY") from problem
        raise syntax_error(text, _place(problem, source) + shift) from problem
    except TokenError as problem:
        raise syntax_error(text, 0) from problem
    trees = [tree for tree in trees if tree is not None]
    if len(trees) != 1:
        second = next(t for t in tokens_of(source) if t.text == ";")
        raise syntax_error(text, len(text) - len(text[second.end :].lstrip()))
    if type(trees[0]).__name__ == "Command":
        raise syntax_error(text, max(shift, 0))
    return trees[0]


def _place(problem: ParseError, source: str) -> int:
    """Where MySQL would say the error is: at the token that does not fit, or behind the last one."""
    if not problem.errors:
        return 0
    error = problem.errors[0]
    lines = source.split("\n")[: error["line"] - 1]
    end = sum(len(line) + 1 for line in lines) + error["col"]
    start = end - len(error["highlight"] or "")
    unexpected = str(error["description"]).startswith("Invalid expression / Unexpected token")
    if not unexpected and not source[end:].strip(" \n\t;"):
        return len(source)
    return int(start)


def _prepared(text: str, tokens: list[Token]) -> str:
    """REPLACE as INSERT and words that change nothing as blanks, all in their places."""
    cut = [(token, " ") for token in tokens[1:3] if token.key in _MODIFIERS]
    if tokens[0].key == "REPLACE":
        cut.append((tokens[0], "INSERT "))
    for token, put in cut:
        text = text[: token.start] + put.ljust(len(token.text)) + text[token.end :]
    return text


# ── queries ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _query(tree: Any, tokens: list[Token] | None = None, text: str = "") -> Query:
    kind = type(tree).__name__
    if kind == "Union":
        _only(tree, "this", "expression", "distinct", "order", "limit", "offset", "by_name")
        limit, offset = _limits(tree)
        return Union(
            _query(tree.this, tokens, text),
            _query(tree.args["expression"]),
            not tree.args.get("distinct"),
            _orders(tree),
            limit,
            offset,
        )
    if kind == "Subquery":
        _only(tree, "this")
        return _query(tree.this, tokens, text)
    if kind != "Select":
        raise not_supported(kind)
    return _select(tree, _labels(tokens, text) if tokens else [])


_query_of.append(_query)


def _select(tree: Any, labels: list[str]) -> Select:
    _only(
        tree,
        *("expressions", "from_", "from", "joins", "where", "group", "having", "order", "limit", "offset"),
        *("distinct", "locks"),
    )
    items = []
    for place, node in enumerate(tree.expressions):
        own = labels[place] if len(labels) == len(tree.expressions) else node.sql("mysql")
        items.append(_item(node, own))
    source = tree.args.get("from_") or tree.args.get("from")
    where = tree.args.get("where")
    having = tree.args.get("having")
    limit, offset = _limits(tree)
    return Select(
        tuple(items),
        _source(source.this) if source is not None and not _is_dual(source.this) else None,
        tuple(_join(join) for join in tree.args.get("joins") or ()),
        translate(where.this) if where is not None else None,
        _groups(tree),
        translate(having.this) if having is not None else None,
        _orders(tree),
        limit,
        offset,
        tree.args.get("distinct") is not None,
        bool(tree.args.get("locks")),
    )


def _item(node: Any, own: str) -> Item:
    if type(node).__name__ == "Alias":
        return Item(translate(node.this), node.alias)
    value = translate(node)
    return Item(value, value.name if isinstance(value, Name) else own)


def _groups(tree: Any) -> tuple[Expression, ...]:
    group = tree.args.get("group")
    if group is None:
        return ()
    _only(group, "expressions")
    return tuple(map(translate, group.expressions))


def _orders(tree: Any) -> Any:
    order = tree.args.get("order")
    return orders(order) if order is not None else ()


def _limits(tree: Any) -> tuple[int | None, int]:
    limit, offset = tree.args.get("limit"), tree.args.get("offset")
    return (
        _count(limit.args["expression"]) if limit is not None else None,
        _count(offset.args["expression"]) if offset is not None else 0,
    )


def _count(node: Any) -> int:
    value = translate(node)
    if not isinstance(value, Literal) or not isinstance(value.value, int):
        raise not_supported("LIMIT with anything but a number")
    return value.value


def _source(node: Any) -> TableName | Derived:
    kind = type(node).__name__
    if kind == "Table":
        _only(node, "this", "db", "alias", "hints")
        return TableName(node.name, node.text("db"), node.alias)
    if kind == "Subquery":
        _only(node, "this", "alias")
        if not node.alias:
            raise MySQLError(1248)
        return Derived(_query(node.this), node.alias)
    raise not_supported(kind)


def _is_dual(node: Any) -> bool:
    return type(node).__name__ == "Table" and node.name.lower() == "dual" and not node.text("db")


def _join(node: Any) -> Join:
    _only(node, "this", "side", "kind", "on", "using")
    kind = {"LEFT": "left", "RIGHT": "right", "": "inner"}.get(node.side.upper())
    if kind is None or node.kind.upper() not in ("", "INNER", "OUTER", "CROSS", "STRAIGHT_JOIN"):
        raise not_supported(f"{node.side} {node.kind} JOIN".strip())
    on = node.args.get("on")
    using = tuple(name.name for name in node.args.get("using") or ())
    if kind != "inner" and on is None and not using:
        raise not_supported(f"{node.side.upper()} JOIN without ON or USING")
    return Join(_source(node.this), kind, translate(on) if on is not None else None, using)


def _labels(tokens: list[Token], text: str) -> list[str]:
    """The text of each item of the first select list, as it was typed: the headers of columns without alias."""
    place = next(i for i, token in enumerate(tokens) if token.key == "SELECT") + 1
    while tokens[place].key in ("DISTINCT", "ALL", *_MODIFIERS):
        place += 1
    labels, start, depth = [], place, 0
    for at in range(place, len(tokens)):
        token = tokens[at]
        ends = token.kind == "end" or token.text == ";" or token.key in AFTER_COMMA | {"UNION", "FOR", "LOCK"}
        if depth == 0 and (ends or token.text == ","):
            labels.append(tokens[start].header(text[tokens[start].start : tokens[at - 1].end]))
            start = at + 1
            if ends:
                break
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "operator" else 0
    return labels


# ── data ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _insert(tree: Any, text: str, *, replace: bool) -> Insert:
    _only(tree, "this", "expression", "ignore", "conflict")
    target, columns = tree.this, None
    if type(target).__name__ == "Schema":
        columns = tuple(column.name for column in target.expressions)
        target = target.this
    table = _source(target)
    if not isinstance(table, TableName) or tree.args.get("expression") is None:
        raise syntax_error(text, len(text))
    source = tree.args["expression"]
    rows: tuple[tuple[Expression, ...], ...] = ()
    query = None
    if type(source).__name__ == "Values":
        _only(source, "expressions")
        rows = tuple(tuple(map(translate, row.expressions)) for row in source.expressions)
    else:
        query = _query(source)
    return Insert(table, columns, rows, query, bool(tree.args.get("ignore")), replace, _duplicates(tree))


def _duplicates(tree: Any) -> tuple[tuple[str, Expression], ...]:
    conflict = tree.args.get("conflict")
    if conflict is None:
        return ()
    return tuple(_assignment(pair) for pair in conflict.expressions)


def _assignment(node: Any) -> tuple[str, Expression]:
    target = translate(node.this)
    if type(node).__name__ != "EQ" or not isinstance(target, Name):
        raise not_supported("this form of assignment")
    value = translate(node.args["expression"])
    return target.name, Default() if value == Name("DEFAULT") else value


def _update(tree: Any) -> Update:
    _only(tree, "this", "expressions", "where", "order", "limit")
    table = _source(tree.this)
    assert isinstance(table, TableName)
    return Update(table, tuple(map(_assignment, tree.expressions)), _where(tree), _orders(tree), _limits(tree)[0])


def _delete(tree: Any) -> Delete:
    _only(tree, "this", "where", "order", "limit")
    if tree.this is None or type(tree.this).__name__ != "Table":
        raise not_supported("multiple-table DELETE")
    table = _source(tree.this)
    assert isinstance(table, TableName)
    return Delete(table, _where(tree), _orders(tree), _limits(tree)[0])


def _where(tree: Any) -> Expression | None:
    where = tree.args.get("where")
    return translate(where.this) if where is not None else None


def _only(node: Any, *names: str) -> None:
    """Refuse a tree that says more than is read from it."""
    for name, value in node.args.items():
        if name not in names and value not in (None, False, []):
            words = {"with_": "common table expressions", "into": "SELECT ... INTO", "windows": "window functions"}
            raise not_supported(words.get(name, f"{type(node).__name__} {name}".replace("_", " ").strip()))
