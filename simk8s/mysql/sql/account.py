"""CREATE, ALTER and DROP USER, GRANT, REVOKE."""

from __future__ import annotations

from simk8s.mysql.errors import not_supported
from simk8s.mysql.sql.administrative import user_name
from simk8s.mysql.sql.lexer import Cursor
from simk8s.mysql.sql.statement import (
    AlterUser,
    CreateUser,
    DropUser,
    Grant,
    Revoke,
    Statement,
    UserName,
    UserSpec,
)

_PRIVILEGES = (
    ("ALL", "PRIVILEGES"),
    ("ALL",),
    ("ALTER", "ROUTINE"),
    ("ALTER",),
    ("CREATE", "ROUTINE"),
    ("CREATE", "TABLESPACE"),
    ("CREATE", "TEMPORARY", "TABLES"),
    ("CREATE", "USER"),
    ("CREATE", "VIEW"),
    ("CREATE",),
    ("DELETE",),
    ("DROP",),
    ("EVENT",),
    ("EXECUTE",),
    ("FILE",),
    ("GRANT", "OPTION"),
    ("INDEX",),
    ("INSERT",),
    ("LOCK", "TABLES"),
    ("PROCESS",),
    ("PROXY",),
    ("REFERENCES",),
    ("RELOAD",),
    ("REPLICATION", "CLIENT"),
    ("REPLICATION", "SLAVE"),
    ("SELECT",),
    ("SHOW", "DATABASES"),
    ("SHOW", "VIEW"),
    ("SHUTDOWN",),
    ("SUPER",),
    ("TRIGGER",),
    ("UPDATE",),
    ("USAGE",),
)


def create_user(cursor: Cursor) -> Statement:
    cursor.expect("CREATE", "USER")
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    users = _specs(cursor)
    return CreateUser(users, if_not_exists, _options(cursor))


def alter_user(cursor: Cursor) -> Statement:
    cursor.expect("ALTER", "USER")
    if_exists = cursor.accept("IF", "EXISTS")
    if cursor.accept("USER", "(", ")"):
        spec = _authentication(cursor, UserName(is_current=True))
        return AlterUser((spec,), if_exists, _options(cursor))
    users = _specs(cursor)
    return AlterUser(users, if_exists, _options(cursor))


def drop_user(cursor: Cursor) -> Statement:
    cursor.expect("DROP", "USER")
    if_exists = cursor.accept("IF", "EXISTS")
    return DropUser(_names(cursor), if_exists)


def grant(cursor: Cursor) -> Statement:
    cursor.expect("GRANT")
    privileges = _privileges(cursor)
    cursor.expect("ON")
    if "PROXY" in privileges:
        raise not_supported("GRANT PROXY")
    database, table = _level(cursor)
    cursor.expect("TO")
    users = _specs(cursor)
    option = False
    if cursor.accept("REQUIRE"):
        cursor.expect("NONE")
    if cursor.accept("WITH"):
        while not cursor.at_end:
            if cursor.token.key.startswith("MAX_"):
                raise not_supported("resource limits of accounts")
            cursor.expect("GRANT", "OPTION")
            option = True
    return Grant(privileges, database, table, users, option)


def revoke(cursor: Cursor) -> Statement:
    cursor.expect("REVOKE")
    privileges = _privileges(cursor)
    if set(privileges) == {"ALL", "GRANT OPTION"} and cursor.accept("FROM"):
        return Revoke(("ALL", "GRANT OPTION"), "*", "*", _names(cursor))
    cursor.expect("ON")
    database, table = _level(cursor)
    cursor.expect("FROM")
    return Revoke(privileges, database, table, _names(cursor))


def _privileges(cursor: Cursor) -> tuple[str, ...]:
    privileges: list[str] = []
    while True:
        words = next((words for words in _PRIVILEGES if cursor.accept(*words)), None)
        if words is None:
            raise cursor.error()
        if cursor.peek("("):
            raise not_supported("privileges on columns")
        privileges.append("ALL" if words[0] == "ALL" else " ".join(words))
        if not cursor.accept(","):
            return tuple(privileges)


def _level(cursor: Cursor) -> tuple[str, str]:
    """`*.*`, `d.*`, `*` (the current database, given as empty), `d.t` or `t`."""
    cursor.accept("TABLE")
    if cursor.token.key in ("PROCEDURE", "FUNCTION"):
        raise not_supported("privileges on routines")
    if cursor.accept("*"):
        if cursor.accept("."):
            cursor.expect("*")
            return "*", "*"
        return "", "*"
    first = cursor.identifier()
    if not cursor.accept("."):
        return "", first
    return (first, "*") if cursor.accept("*") else (first, cursor.identifier())


def _specs(cursor: Cursor) -> tuple[UserSpec, ...]:
    users = [_authentication(cursor, user_name(cursor))]
    while cursor.accept(","):
        users.append(_authentication(cursor, user_name(cursor)))
    return tuple(users)


def _authentication(cursor: Cursor, name: UserName) -> UserSpec:
    if not cursor.accept("IDENTIFIED"):
        return UserSpec(name)
    plugin = ""
    if cursor.accept("WITH"):
        token = cursor.take("word", "string")
        plugin = token.text if token.kind == "word" else token.value
        if cursor.accept("AS"):
            return UserSpec(name, hash=cursor.string(), plugin=plugin)
        if not cursor.accept("BY"):
            return UserSpec(name, password="", plugin=plugin)
    else:
        cursor.expect("BY")
    if cursor.accept("PASSWORD"):
        return UserSpec(name, hash=cursor.string(), plugin=plugin)
    return UserSpec(name, password=cursor.string(), plugin=plugin)


def _options(cursor: Cursor) -> bool | None:
    """What follows the accounts: whether they are locked; None where nothing is said."""
    locked: bool | None = None
    while not cursor.at_end:
        if cursor.accept("ACCOUNT"):
            locked = cursor.expect_any("LOCK", "UNLOCK") == "LOCK"
        elif cursor.accept("REQUIRE"):
            cursor.expect("NONE")
        elif cursor.accept("PASSWORD", "EXPIRE"):
            if not cursor.accept("NEVER") and not cursor.accept("DEFAULT"):
                raise not_supported("PASSWORD EXPIRE")
        else:
            raise cursor.error()
    return locked


def _names(cursor: Cursor) -> tuple[UserName, ...]:
    names = [user_name(cursor)]
    while cursor.accept(","):
        names.append(user_name(cursor))
    return tuple(names)
