"""Whether a session may do what a statement asks: read-only modes and privileges (SQL-30, errors 1142, 1227, 1290)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.mysql.engine.catalog import INFORMATION_SCHEMA
from simk8s.mysql.engine.session import Session
from simk8s.mysql.errors import MySQLError

if TYPE_CHECKING:
    from simk8s.mysql.engine.server import Server


def check_writable(server: Server, session: Session) -> None:
    """Raises 1290 while the server is read-only for this session, 1792 in a read-only transaction.

    The SQL thread is never stopped (REPL-65).
    """
    if session.applies:
        return
    if session.transaction is not None and session.transaction.read_only:
        raise MySQLError(1792)
    if not server.number("read_only"):
        return
    if "SUPER" not in session.account.privileges:
        raise MySQLError(1290, "--read-only")
    if server.number("super_read_only"):
        raise MySQLError(1290, "--super-read-only")


def require(session: Session, *privileges: str) -> None:
    """Raises 1227 unless the account has one of these privileges globally."""
    if not any(privilege in session.account.privileges for privilege in privileges):
        raise MySQLError(1227, ", ".join(privileges))


def require_on_database(server: Server, session: Session, privilege: str, database: str) -> None:
    """Raises 1044."""
    if privilege not in server.accounts.on_database(session.account, database):
        raise MySQLError(1044, session.account.user, session.account.host, database)


def require_on_table(server: Server, session: Session, privilege: str, database: str, table: str) -> None:
    """Raises 1142."""
    account = session.account
    if privilege in account.privileges or database.lower() == INFORMATION_SCHEMA:
        return
    if privilege not in server.accounts.on_table(account, database, table):
        raise MySQLError(1142, privilege, account.user, session.host, table)
