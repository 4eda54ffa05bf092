"""The statements that are MySQL's own: replication, FLUSH, SHOW, SET, KILL and the like. Recursive descent."""

from __future__ import annotations

from collections.abc import Callable

from simk8s.mysql.column import Value
from simk8s.mysql.errors import not_supported
from simk8s.mysql.sql.lexer import Cursor
from simk8s.mysql.sql.simple import expression_in, variable
from simk8s.mysql.sql.statement import (
    Assignment,
    Begin,
    ChangeMaster,
    Commit,
    CreateDatabase,
    Do,
    DropDatabase,
    Flush,
    Kill,
    PurgeLogs,
    RenameTable,
    ResetMaster,
    ResetSlave,
    Rollback,
    Set,
    SetPassword,
    Shutdown,
    StartSlave,
    Statement,
    StopSlave,
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


# ── replication ──────────────────────────────────────────────────────────────────────────────────────────────────

_STRING_OPTIONS = frozenset((
    "MASTER_HOST", "MASTER_USER", "MASTER_PASSWORD", "MASTER_LOG_FILE", "RELAY_LOG_FILE", "MASTER_BIND",
    "MASTER_SSL_CA", "MASTER_SSL_CAPATH", "MASTER_SSL_CERT", "MASTER_SSL_CIPHER", "MASTER_SSL_KEY",
    "MASTER_SSL_CRL", "MASTER_SSL_CRLPATH", "MASTER_TLS_VERSION",
))  # fmt: skip
_NUMBER_OPTIONS = frozenset((
    "MASTER_PORT", "MASTER_CONNECT_RETRY", "MASTER_RETRY_COUNT", "MASTER_DELAY", "MASTER_LOG_POS", "RELAY_LOG_POS",
    "MASTER_AUTO_POSITION", "MASTER_SSL", "MASTER_SSL_VERIFY_SERVER_CERT", "MASTER_HEARTBEAT_PERIOD",
))  # fmt: skip


def change_master(cursor: Cursor) -> Statement:
    cursor.expect("CHANGE", "MASTER", "TO")
    options: list[tuple[str, Value]] = []
    while True:
        name = cursor.token.key
        if name == "IGNORE_SERVER_IDS":
            raise not_supported("IGNORE_SERVER_IDS in CHANGE MASTER TO")
        if name not in _STRING_OPTIONS and name not in _NUMBER_OPTIONS:
            raise cursor.error()
        cursor.place += 1
        cursor.expect("=")
        if name in _STRING_OPTIONS:
            options.append((name, cursor.string()))
        elif name == "MASTER_HEARTBEAT_PERIOD":
            options.append((name, float(cursor.take("number").text)))
        else:
            options.append((name, cursor.integer()))
        if not cursor.accept(","):
            break
    _channel(cursor)
    return ChangeMaster(tuple(options))


def start(cursor: Cursor) -> Statement:
    cursor.expect("START")
    if cursor.accept("TRANSACTION"):
        return _start_transaction(cursor)
    cursor.expect("SLAVE")
    io, sql = _threads(cursor)
    if cursor.peek("UNTIL"):
        raise not_supported("START SLAVE UNTIL")
    if cursor.token.key in ("USER", "PASSWORD"):
        raise not_supported("connection options of START SLAVE")
    _channel(cursor)
    return StartSlave(io, sql)


def stop(cursor: Cursor) -> Statement:
    cursor.expect("STOP", "SLAVE")
    io, sql = _threads(cursor)
    _channel(cursor)
    return StopSlave(io, sql)


def reset(cursor: Cursor) -> Statement:
    cursor.expect("RESET")
    if cursor.accept("MASTER"):
        return ResetMaster()
    if cursor.accept("QUERY", "CACHE"):
        return Flush(("query cache",))
    cursor.expect("SLAVE")
    every = cursor.accept("ALL")
    _channel(cursor)
    return ResetSlave(every)


def purge(cursor: Cursor) -> Statement:
    cursor.expect("PURGE")
    cursor.expect_any("BINARY", "MASTER")
    cursor.expect("LOGS")
    if cursor.accept("TO"):
        return PurgeLogs(to=cursor.string())
    cursor.expect("BEFORE")
    return PurgeLogs(before=expression_in(cursor))


def _threads(cursor: Cursor) -> tuple[bool, bool]:
    io = sql = False
    while cursor.token.key in ("IO_THREAD", "SQL_THREAD"):
        key = cursor.expect_any("IO_THREAD", "SQL_THREAD")
        io, sql = io or key == "IO_THREAD", sql or key == "SQL_THREAD"
        if not cursor.accept(","):
            break
    return (io, sql) if io or sql else (True, True)


def _channel(cursor: Cursor) -> None:
    if cursor.accept("FOR", "CHANNEL") and cursor.string():
        raise not_supported("replication channels other than ''")


# ── transactions and sessions ────────────────────────────────────────────────────────────────────────────────────


def _start_transaction(cursor: Cursor) -> Statement:
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
    "CHANGE": change_master,
    "START": start,
    "STOP": stop,
    "RESET": reset,
    "PURGE": purge,
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
