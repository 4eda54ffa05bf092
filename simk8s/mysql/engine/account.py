"""Accounts: who may connect from where, and what they may do (SQL-1, SQL-3): the rows of mysql.user and mysql.db."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache

from simk8s.mysql.column import Row, Value
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.table import Definition

# The privileges by their column in mysql.user, in its order.
PRIVILEGES: dict[str, str] = {
    "Select_priv": "SELECT",
    "Insert_priv": "INSERT",
    "Update_priv": "UPDATE",
    "Delete_priv": "DELETE",
    "Create_priv": "CREATE",
    "Drop_priv": "DROP",
    "Reload_priv": "RELOAD",
    "Shutdown_priv": "SHUTDOWN",
    "Process_priv": "PROCESS",
    "File_priv": "FILE",
    "Grant_priv": "GRANT OPTION",
    "References_priv": "REFERENCES",
    "Index_priv": "INDEX",
    "Alter_priv": "ALTER",
    "Show_db_priv": "SHOW DATABASES",
    "Super_priv": "SUPER",
    "Create_tmp_table_priv": "CREATE TEMPORARY TABLES",
    "Lock_tables_priv": "LOCK TABLES",
    "Execute_priv": "EXECUTE",
    "Repl_slave_priv": "REPLICATION SLAVE",
    "Repl_client_priv": "REPLICATION CLIENT",
    "Create_view_priv": "CREATE VIEW",
    "Show_view_priv": "SHOW VIEW",
    "Create_routine_priv": "CREATE ROUTINE",
    "Alter_routine_priv": "ALTER ROUTINE",
    "Create_user_priv": "CREATE USER",
    "Event_priv": "EVENT",
    "Trigger_priv": "TRIGGER",
    "Create_tablespace_priv": "CREATE TABLESPACE",
}
ALL = frozenset(PRIVILEGES.values()) - {"GRANT OPTION"}

# What mysql.db can grant on one database.
DATABASE_COLUMNS = (
    "Select_priv",
    "Insert_priv",
    "Update_priv",
    "Delete_priv",
    "Create_priv",
    "Drop_priv",
    "Grant_priv",
    "References_priv",
    "Index_priv",
    "Alter_priv",
    "Create_tmp_table_priv",
    "Lock_tables_priv",
    "Create_view_priv",
    "Show_view_priv",
    "Create_routine_priv",
    "Alter_routine_priv",
    "Execute_priv",
    "Event_priv",
    "Trigger_priv",
)
ALL_ON_DATABASE = frozenset(PRIVILEGES[column] for column in DATABASE_COLUMNS) - {"GRANT OPTION"}
ALL_ON_TABLE = frozenset(
    ("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "REFERENCES", "INDEX", "ALTER", "CREATE VIEW")
) | {"SHOW VIEW", "TRIGGER"}


@dataclass(frozen=True, slots=True)
class Account:
    """One row of mysql.user."""

    user: str
    host: str
    privileges: frozenset[str] = frozenset()
    hash: str = ""
    plugin: str = "mysql_native_password"
    locked: bool = False

    @property
    def name(self) -> str:
        return f"{self.user}@{self.host}"

    def accepts(self, password: str) -> bool:
        return (password_hash(password) if password else "") == self.hash


SYSTEM_USER = Account("system user", "", ALL | {"GRANT OPTION"})
"""Who the replication threads are."""


@dataclass(slots=True)
class Accounts:
    """The grant tables in memory, read at start and by FLUSH PRIVILEGES. `accounts` stand by how specific they are;
    `databases` and `tables` give what an account has on one database (a pattern with `%` and `_`) or table."""

    accounts: list[Account] = field(default_factory=list)
    databases: dict[tuple[str, str, str], frozenset[str]] = field(default_factory=dict)
    tables: dict[tuple[str, str, str, str], frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.accounts.sort(key=_specificity)

    def match(self, user: str, hosts: Sequence[str]) -> Account | None:
        """The account that a user from a client known by these names gets: the most specific host first (SQL-3)."""
        for account in self.accounts:
            if account.user == user or not account.user:
                for name in hosts:
                    if _matches(name, account.host):
                        return account
        return None

    def authenticate(self, user: str, hosts: Sequence[str], password: str | None) -> Account:
        """The account of a client that logs in. Raises 1130, 1045 or 3118."""
        account = self.match(user, hosts)
        if account is None and not any(_matches(name, other.host) for name in hosts for other in self.accounts):
            raise MySQLError(1130, hosts[0])
        if account is None or not account.accepts(password or ""):
            raise MySQLError(1045, user, hosts[0], "YES" if password else "NO")
        if account.locked:
            raise MySQLError(3118, user, hosts[0])
        return account

    def find(self, user: str, host: str) -> Account | None:
        """The account of exactly this name."""
        return next((a for a in self.accounts if a.user == user and a.host.lower() == host.lower()), None)

    def on_database(self, account: Account, database: str) -> frozenset[str]:
        """All that an account may do in a database, global privileges included."""
        granted = account.privileges
        for (host, user, pattern), privileges in self.databases.items():
            if (host, user) == (account.host, account.user) and _like(database, pattern):
                granted = granted | privileges
        return granted

    def on_table(self, account: Account, database: str, table: str) -> frozenset[str]:
        """All that an account may do with a table."""
        own = self.tables.get((account.host, account.user, database, table), frozenset())
        return self.on_database(account, database) | own

    def sees(self, account: Account, database: str) -> bool:
        """Whether SHOW DATABASES lists it and USE works."""
        if database == "information_schema" or "SHOW DATABASES" in account.privileges:
            return True
        on_a_table = any(key[:3] == (account.host, account.user, database) for key in self.tables)
        return on_a_table or bool(self.on_database(account, database) - {"USAGE", "GRANT OPTION"})


def password_hash(password: str) -> str:
    """As mysql_native_password stores it; empty for none.

    >>> password_hash("")
    ''
    """
    if not password:
        return ""
    return "*" + hashlib.sha1(hashlib.sha1(password.encode()).digest()).hexdigest().upper()


def accounts_of(definition: Definition, rows: Iterable[Row]) -> list[Account]:
    """The rows of mysql.user as accounts."""
    names = tuple([column.name for column in definition.columns])
    return [_account(names, row) for row in rows]


@lru_cache(maxsize=256)  # every server has the same few accounts, and reads them at each start
def _account(names: tuple[str, ...], values: Row) -> Account:
    row = dict(zip(names, values, strict=True))
    return Account(
        str(row["User"]),
        str(row["Host"]),
        frozenset(privilege for column, privilege in PRIVILEGES.items() if row[column] == "Y"),
        _text(row["authentication_string"]),
        _text(row["plugin"]),
        row["account_locked"] == "Y",
    )


def _text(value: Value) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")


def _specificity(account: Account) -> tuple[int, int, str]:
    wild = "%" in account.host or "_" in account.host
    rank = 2 if account.host in ("%", "") else 1 if wild else 0
    return rank, -len(account.host.rstrip("%")), "" if account.user else "~"


def _matches(host: str, pattern: str) -> bool:
    return pattern in ("%", "") or _like(host.lower(), pattern.lower())


@lru_cache(maxsize=1024)  # the same few clients log in again and again
def _like(text: str, pattern: str) -> bool:
    """SQL wildcards, with backslash before a literal one."""
    glob = ""
    letters = iter(pattern)
    for letter in letters:
        if letter == "\\":
            letter = next(letters, "\\")
            glob += f"[{letter}]" if letter in "*?[" else letter
        else:
            glob += {"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}.get(letter, letter)
    return fnmatchcase(text, glob)
