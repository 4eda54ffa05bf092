"""Reading and setting system variables: scopes, kinds, and what else changes with them (SQL-40, SQL-43)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from simk8s.mysql.column import Value, plain_text
from simk8s.mysql.engine.session import Session
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.sql.syntax import SystemVariable
from simk8s.mysql.variables import VARIABLES, Variable

if TYPE_CHECKING:
    from simk8s.mysql.engine.server import Server

_ALIASES = {"transaction_isolation": "tx_isolation", "transaction_read_only": "tx_read_only"}
_TRUE = frozenset(("ON", "TRUE", "1"))
_FALSE = frozenset(("OFF", "FALSE", "0"))


def read(server: Server, session: Session, name: SystemVariable) -> Value:
    """The value of `@@name`. Raises 1193, or 1238 where the scope is wrong."""
    variable = definition(name.name)
    if name.scope == "global" and variable.scope == "session":
        raise MySQLError(1238, name.name, "SESSION")
    if name.scope == "session" and variable.scope == "global":
        raise MySQLError(1238, name.name, "GLOBAL")
    return value_of(server, session if name.scope != "global" else None, name.name)


def value_of(server: Server, session: Session | None, name: str) -> Value:
    """A variable as the session has it, or (None) as it is globally."""
    name = _ALIASES.get(name, name)
    variable = VARIABLES[name]
    if session is not None and variable.scope != "global":
        special = _of_session(session, name)
        if special is not None:
            return special
        return session.variables.get(name, variable.default)
    if variable.scope == "both":
        return server.session_defaults.get(name, variable.default)
    return server.variables.get(name, variable.default)


def definition(name: str) -> Variable:
    """Raises 1193 for one that does not exist."""
    variable = VARIABLES.get(name)
    if variable is None:
        raise MySQLError(1193, name)
    return variable


def checked(name: str, variable: Variable, value: Value) -> Value:
    """A value as the variable keeps it. Raises 1231 or 1232 for one that does not fit."""
    shown = "NULL" if value is None else plain_text(value)
    if variable.kind == "bool":
        word = shown.upper()
        if word in _TRUE or word in _FALSE:
            return int(word in _TRUE)
        raise MySQLError(1231, name, shown)
    if variable.kind in ("int", "float"):
        if isinstance(value, str) or value is None:
            raise MySQLError(1232, name)
        number = float(shown) if variable.kind == "float" else int(float(shown))
        return max(number, variable.minimum)
    if variable.kind == "enum":
        word = shown.upper().replace("_", "-") if name == "tx_isolation" else shown.upper()
        if isinstance(value, int) and 0 <= value < len(variable.choices):
            return variable.choices[value]
        if word not in variable.choices:
            raise MySQLError(1231, name, shown)
        return word
    if value is None:
        raise MySQLError(1231, name, shown)
    return shown


def shown(variable: Variable, value: Value) -> str:
    """As SHOW VARIABLES prints it: switches as ON and OFF."""
    if type(value) is str:
        return value
    if variable.kind == "bool":
        return "ON" if value else "OFF"
    if variable.kind == "float" and isinstance(value, float):
        return f"{value:.6f}"
    return "" if value is None else plain_text(value)


def listing(server: Server, session: Session | None) -> list[tuple[str, str]]:
    """What SHOW VARIABLES prints, for a session or (None) globally: most are as they were built in."""
    rows = []
    of_session = server.session_defaults if session is None else session.variables
    for name, variable, built_in in _built_in():
        if variable.scope == "session" and session is None:
            continue
        if name in (server.variables if variable.scope == "global" else of_session) or name in _COMPUTED:
            rows.append((name, shown(variable, value_of(server, session, name))))
        else:
            rows.append((name, built_in))
    return rows


@cache
def _built_in() -> tuple[tuple[str, Variable, str], ...]:
    """Every variable by name, and what SHOW VARIABLES prints of it where nobody has set it."""
    return tuple((name, variable, shown(variable, variable.default)) for name, variable in sorted(VARIABLES.items()))


_COMPUTED = frozenset(("last_insert_id", "identity", "warning_count", "error_count"))


def _of_session(session: Session, name: str) -> Value:
    match name:
        case "last_insert_id" | "identity":
            return session.last_insert_id
        case "warning_count":
            return len(session.warnings)
        case "error_count":
            return sum(warning.level == "Error" for warning in session.warnings)
    return None
