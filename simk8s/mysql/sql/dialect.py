"""Where `sqlglot` is more forgiving than MySQL: forms of other databases, clauses that are not finished."""

from __future__ import annotations

from simk8s.mysql.errors import syntax_error
from simk8s.mysql.sql.lexer import Token

AFTER_COMMA = frozenset(("FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "HAVING", ")"))
_AFTER_STAR = AFTER_COMMA | {"UNION", "INTO", "FOR", "LOCK"}

# The second of these cannot follow the first.
_NOT_TOGETHER = frozenset((
    ("=", "="), ("SELECT", "FROM"), ("DISTINCT", "ON"), ("FOR", "SHARE"), ("UPDATE", "NOWAIT"), ("UPDATE", "SKIP"),
    ("ON", "CONFLICT"), ("LIMIT", "-"), ("NULLS", "FIRST"), ("NULLS", "LAST"),
))  # fmt: skip
_UNFINISHED = frozenset((
    "AND", "AS", "BETWEEN", "BY", "FROM", "HAVING", "IN", "INTO", "IS", "JOIN", "LIKE", "LIMIT", "NOT", "ON", "OR",
    "SELECT", "SET", "VALUES", "WHERE",
))  # fmt: skip


def refuse_what_is_forgiven(text: str, tokens: list[Token]) -> None:
    """Raises 1064 where MySQL would."""
    for place, token in enumerate(tokens[:-1]):
        wrong = _wrong(tokens, place, token)
        if wrong is not None:
            raise syntax_error(text, wrong.start)


def _wrong(tokens: list[Token], place: int, token: Token) -> Token | None:
    """The token that does not fit after (or at) this one."""
    following = tokens[place + 1]
    is_end = following.kind == "end" or following.text == ";"
    if is_end and token.key in _UNFINISHED:
        return following
    if token.text == "," and (is_end or following.key in AFTER_COMMA):
        return following
    if (token.key, following.key) in _NOT_TOGETHER:
        return token if token.key == "NULLS" else following
    before = tokens[place - 1].key if place else ""
    is_position = place > 2 and tokens[place - 3].key == "POSITION"
    if token.key == "IN" and following.text != "(" and before != "LOCK" and not is_position:
        return following
    if token.key == "IN" and following.text == "(" and tokens[place + 2].text == ")":
        return tokens[place + 2]
    if token.text == ":" or token.key == "NOTNULL" or (token.key == "ISNULL" and following.text != "("):
        return token
    is_item = token.text == "*" and before in ("SELECT", "DISTINCT", "ALL", ",", ".")
    if is_item and following.kind in ("word", "number", "string") and following.key not in _AFTER_STAR:
        return following
    return None
