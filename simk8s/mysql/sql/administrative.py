"""The statements that are MySQL's own: replication, FLUSH, SHOW, SET, KILL and the like. Recursive descent."""

from __future__ import annotations

from collections.abc import Callable

from simk8s.mysql.errors import not_supported
from simk8s.mysql.sql.lexer import Cursor
from simk8s.mysql.sql.simple import expression_in, variable
from simk8s.mysql.sql.statement import (
    Assignment,
    Begin,
    Commit,
    CreateDatabase,
    Do,
    DropDatabase,
    Flush,
    Kill,
    RenameTable,
    Rollback,
    Set,
    SetPassword,
    Shutdown,
    Statement,
    UnlockTables,
    Use,
    UserName,
)
from simk8s.mysql.sql.syntax import (
    Expression,
    Literal,
    SystemVariable,
    TableName,
)


def table_name(cursor: Cursor) -> TableName:
    """`t` or `d.t`."""
    first = cursor.identifier()
    if cursor.accept("."):
        return TableName(cursor.identifier(), first)
    return TableName(first)


def user_name(cursor: Cursor) -> UserName:
    """`'u'@'h'`, `u@h`, `'u'`, or CURRENT_USER."""
    if cursor.accept("CURRENT_USER"):
        if cursor.accept("("):
            cursor.expect(")")
        return UserName(is_current=True)
    token = cursor.take("word", "quoted", "string")
    user = token.text if token.kind == "word" else token.value
    if cursor.token.kind == "variable" and cursor.token.text.startswith("@") and not cursor.token.text.startswith("@@"):
        host = cursor.take("variable").text[1:]
        if not host:
            token = cursor.take("word", "quoted", "string")
            host = token.text if token.kind == "word" else token.value
        elif host[0] in "'\"`":
            host = host[1:-1]
        return UserName(user, host)
    return UserName(user)


# ── transactions and sessions ────────────────────────────────────────────────────────────────────────────────────


def start_transaction(cursor: Cursor) -> Statement:
    cursor.expect("START", "TRANSACTION")
    snapshot = read_only = False
    while not cursor.at_end:
        if cursor.accept("WITH", "CONSISTENT", "SNAPSHOT"):
            snapshot = True
        elif cursor.accept("READ", "ONLY"):
            read_only = True
        else:
            cursor.expect("READ", "WRITE")
        if not cursor.accept(","):
            break
    return Begin(snapshot, read_only)


def begin(cursor: Cursor) -> Statement:
    cursor.expect("BEGIN")
    cursor.accept("WORK")
    return Begin()


def commit(cursor: Cursor) -> Statement:
    key = cursor.expect_any("COMMIT", "ROLLBACK")
    cursor.accept("WORK")
    if cursor.peek("TO"):
        raise not_supported("SAVEPOINT")
    if cursor.peek("AND") or cursor.peek("RELEASE"):
        raise not_supported(f"{key} AND CHAIN or RELEASE")
    return Commit() if key == "COMMIT" else Rollback()


def use(cursor: Cursor) -> Statement:
    cursor.expect("USE")
    return Use(cursor.identifier())


def kill(cursor: Cursor) -> Statement:
    cursor.expect("KILL")
    query_only = cursor.accept_any("CONNECTION", "QUERY") == "QUERY"
    return Kill(expression_in(cursor), query_only)


def do(cursor: Cursor) -> Statement:
    cursor.expect("DO")
    expressions = [expression_in(cursor, ",")]
    while cursor.accept(","):
        expressions.append(expression_in(cursor, ","))
    return Do(tuple(expressions))


def shutdown(cursor: Cursor) -> Statement:
    cursor.expect("SHUTDOWN")
    return Shutdown()


# ── SET ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def set_statement(cursor: Cursor) -> Statement:
    cursor.expect("SET")
    if cursor.peek("PASSWORD"):
        return _set_password(cursor)
    if cursor.accept("NAMES") or cursor.accept("CHARACTER", "SET") or cursor.accept("CHARSET"):
        name = _word_or_string(cursor)
        if cursor.accept("COLLATE"):
            _word_or_string(cursor)
        return Set((Assignment(SystemVariable("names"), Literal(name)),))
    if cursor.peek("TRANSACTION") or (
        cursor.token.key in ("GLOBAL", "SESSION", "LOCAL") and cursor.tokens[cursor.place + 1].key == "TRANSACTION"
    ):
        return _set_transaction(cursor)
    assignments = [_assignment(cursor)]
    while cursor.accept(","):
        assignments.append(_assignment(cursor))
    return Set(tuple(assignments))


def _assignment(cursor: Cursor) -> Assignment:
    if cursor.token.kind == "variable":
        target = variable(cursor.take("variable").text)
    else:
        scope = cursor.accept_any("GLOBAL", "SESSION", "LOCAL")
        name = cursor.identifier()
        if cursor.accept("."):
            name = f"{name}.{cursor.identifier()}"
        target = SystemVariable(name.lower(), "global" if scope == "GLOBAL" else "session")
    if not cursor.accept("="):
        cursor.expect(":=")
    if isinstance(target, SystemVariable):
        return Assignment(target, _setting(cursor))
    return Assignment(target, expression_in(cursor, ","))


def _setting(cursor: Cursor) -> Expression | None:
    following = cursor.tokens[cursor.place + 1]
    if cursor.token.kind == "word" and (following.kind == "end" or following.text in (",", ";")):
        word = cursor.identifier()
        return None if word.upper() == "DEFAULT" else Literal(word)
    return expression_in(cursor, ",")


def _set_transaction(cursor: Cursor) -> Statement:
    scope = cursor.accept_any("GLOBAL", "SESSION", "LOCAL")
    cursor.expect("TRANSACTION")
    if cursor.accept("READ"):
        only = cursor.expect_any("ONLY", "WRITE") == "ONLY"
        target = SystemVariable("tx_read_only", "global" if scope == "GLOBAL" else "session")
        return Set((Assignment(target, Literal(int(only))),))
    cursor.expect("ISOLATION", "LEVEL")
    words = [cursor.expect_any("READ", "REPEATABLE", "SERIALIZABLE")]
    if words[0] != "SERIALIZABLE":
        words.append(cursor.expect_any("READ", "COMMITTED", "UNCOMMITTED"))
    target = SystemVariable("tx_isolation", "global" if scope == "GLOBAL" else "session")
    return Set((Assignment(target, Literal("-".join(words))),))


def _set_password(cursor: Cursor) -> Statement:
    cursor.expect("PASSWORD")
    user = user_name(cursor) if cursor.accept("FOR") else UserName(is_current=True)
    cursor.expect("=")
    if cursor.accept("PASSWORD"):
        cursor.expect("(")
        password = cursor.string()
        cursor.expect(")")
        return SetPassword(user, password)
    return SetPassword(user, cursor.string())


def _word_or_string(cursor: Cursor) -> str:
    token = cursor.take("word", "string")
    return token.text if token.kind == "word" else token.value


# ── databases, FLUSH and locks ───────────────────────────────────────────────────────────────────────────────────


def create_database(cursor: Cursor) -> Statement:
    cursor.expect("CREATE")
    cursor.expect_any("DATABASE", "SCHEMA")
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    name, charset = cursor.identifier(), ""
    while not cursor.at_end:
        cursor.accept("DEFAULT")
        if cursor.accept("CHARACTER", "SET") or cursor.accept("CHARSET"):
            cursor.accept("=")
            charset = _word_or_string(cursor).lower()
        else:
            cursor.expect("COLLATE")
            cursor.accept("=")
            charset = _word_or_string(cursor).lower().partition("_")[0]
    return CreateDatabase(name, if_not_exists, charset)


def drop_database(cursor: Cursor) -> Statement:
    cursor.expect("DROP")
    cursor.expect_any("DATABASE", "SCHEMA")
    if_exists = cursor.accept("IF", "EXISTS")
    return DropDatabase(cursor.identifier(), if_exists)


def rename(cursor: Cursor) -> Statement:
    cursor.expect("RENAME")
    if cursor.peek("USER"):
        raise not_supported("RENAME USER")
    cursor.expect_any("TABLE", "TABLES")
    pairs: list[tuple[TableName, TableName]] = []
    while True:
        source = table_name(cursor)
        cursor.expect("TO")
        pairs.append((source, table_name(cursor)))
        if not cursor.accept(","):
            return RenameTable(tuple(pairs))


_FLUSHES = (
    ("TABLES", "WITH", "READ", "LOCK"),
    ("TABLES",),
    ("TABLE",),
    ("BINARY", "LOGS"),
    ("ENGINE", "LOGS"),
    ("ERROR", "LOGS"),
    ("GENERAL", "LOGS"),
    ("SLOW", "LOGS"),
    ("RELAY", "LOGS"),
    ("LOGS",),
    ("PRIVILEGES",),
    ("STATUS",),
    ("HOSTS",),
    ("QUERY", "CACHE"),
    ("USER_RESOURCES",),
    ("OPTIMIZER_COSTS",),
)


def flush(cursor: Cursor) -> Statement:
    cursor.expect("FLUSH")
    not_logged = bool(cursor.accept_any("NO_WRITE_TO_BINLOG", "LOCAL"))
    kinds: list[str] = []
    while True:
        words = next((words for words in _FLUSHES if cursor.accept(*words)), None)
        if words is None:
            raise cursor.error()
        kinds.append("tables" if words == ("TABLE",) else " ".join(words).lower())
        if kinds[-1] == "tables" and not cursor.at_end and not cursor.peek(","):
            raise not_supported("FLUSH TABLES with table names")
        if not cursor.accept(","):
            return Flush(tuple(kinds), not_logged)


def unlock(cursor: Cursor) -> Statement:
    cursor.expect("UNLOCK")
    cursor.expect_any("TABLES", "TABLE")
    return UnlockTables()


Parser = Callable[[Cursor], Statement]

PARSERS: dict[str, Parser] = {
    "BEGIN": begin,
    "COMMIT": commit,
    "ROLLBACK": commit,
    "USE": use,
    "KILL": kill,
    "DO": do,
    "SHUTDOWN": shutdown,
    "SET": set_statement,
    "RENAME": rename,
    "FLUSH": flush,
    "UNLOCK": unlock,
}
