"""Applying what the relay log holds, one event group at a time (REPL-65 to REPL-71)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from simk8s.mysql.column import Row
from simk8s.mysql.engine.commit import commit
from simk8s.mysql.engine.evaluation import Evaluation
from simk8s.mysql.engine.rows import Rows, write_through
from simk8s.mysql.engine.session import Session
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.event import (
    AnonymousGtid,
    BadEvent,
    Event,
    FormatDescription,
    PreviousGtids,
    Query,
    RawEvent,
    Rotate,
    Stop,
    TableMap,
    Xid,
    iterate,
    parse,
)
from simk8s.mysql.event import Rows as RowsEvent
from simk8s.mysql.replication.replica import Replica
from simk8s.mysql.row_event import decode_rows
from simk8s.mysql.sql.parse import parse as parse_statement
from simk8s.mysql.step import Steps
from simk8s.mysql.table import Table, key_values

if TYPE_CHECKING:
    from simk8s.mysql.engine.server import Server


class ApplyError(Exception):
    """The applier must stop: `number` and `text` are Last_SQL_Errno and Last_SQL_Error (REPL-66)."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(text)
        self.number = number
        self.text = text


class Parsed(NamedTuple):
    """An event with what it says, and the relay log file that it stands in."""

    raw: RawEvent
    event: Event
    file: str


def apply_next(server: Server, session: Session) -> Steps[bool]:
    """Apply the next group of the relay log, then write relay-log.info. Returns whether there was anything to do.

    A kill between the two applies the group again after the restart (REPL-71). Raises ApplyError; the position then
    stays before the group.
    """
    replica = server.replica
    group = next_group(replica)
    if group is None:
        return (yield from _next_file(replica))
    first = group[0].event
    if isinstance(first, AnonymousGtid | Query):
        replica.event_timestamp = group[0].raw.timestamp
        if replica.skip_counter:
            replica.skip_counter -= 1
        else:
            yield from apply_group(server, session, group)
        replica.applied = replica.applied._replace(master_pos=group[-1].raw.end_position)
    elif isinstance(first, Rotate) and group[0].raw.server_id != replica.server_id:
        replica.applied = replica.applied._replace(master_file=first.next_file, master_pos=first.position)
    last = group[-1]
    before = replica.applied.relay_file
    replica.applied = replica.applied._replace(relay_file=last.file, relay_pos=last.raw.start + last.raw.size)
    if isinstance(first, AnonymousGtid | Query | Rotate) or before != last.file:
        yield from replica.write_relay_log_info()
    if before != last.file:
        yield from _purge_before(replica, last.file)
    return True


def next_group(replica: Replica) -> list[Parsed] | None:
    """The events that are applied together next; None while they have not all arrived.

    After a restart in the middle of a group the receiver goes on with it in another file, behind that file's own events
    and those that announce the primary's file; an event that it has fetched twice stands in the group twice (REPL-71).
    """
    group: list[Parsed] = []
    try:
        for event in _coming(replica):
            match event.event:
                case AnonymousGtid():
                    group = [event]
                case Rotate(following) if group and _leaves(replica, event, following):
                    return [group[-1]._replace(event=Stop())]  # the primary's log was cut here: nothing to apply
                case Rotate() | FormatDescription() | PreviousGtids() | Stop() if group:
                    continue
                case Xid() | Query() if group or not _opens(event.event):
                    group.append(event)
                    if not _opens(event.event):
                        return group
                case _ if not group:
                    return [event]
                case _:
                    group.append(event)
    except BadEvent as problem:
        raise ApplyError(1594, _READ_FAILURE) from problem
    return None


def _leaves(replica: Replica, event: Parsed, following: str) -> bool:
    """Whether the primary goes on in another file; the relay log has Rotate events of its own."""
    return event.raw.server_id != replica.server_id and following != replica.applied.master_file


def _opens(event: Event) -> bool:
    return isinstance(event, Query) and event.text == "BEGIN"


def _coming(replica: Replica) -> Iterator[Parsed]:
    """Everything in the relay log that is not applied yet, file after file."""
    files, file = replica.relay.files, replica.applied.relay_file
    position = max(4, replica.applied.relay_pos)
    for name in files[files.index(file) :] if file in files else ():
        try:
            data = replica.relay.data(name)
        except FileNotFoundError:
            data = b""
        for raw in iterate(data, position):
            yield Parsed(raw, parse(raw), name)
        position = 4


def apply_group(server: Server, session: Session, group: list[Parsed]) -> Steps[None]:
    """Do what a group says, as one transaction. Raises ApplyError with everything of it undone."""
    session.origin = group[0].raw.server_id
    session.variables["timestamp"] = float(group[0].raw.timestamp)
    context = Evaluation(server, session, group[0].raw.timestamp * 1_000_000)
    maps: dict[int, TableMap] = {}
    while server.read_locks:
        yield from server.wait(session, "Waiting for global read lock")
    try:
        for parsed in group:
            match parsed.event:
                case Query(text) if text not in ("BEGIN", "COMMIT"):
                    yield from _statement(context, parsed.event)
                case Query("BEGIN", database):
                    session.database = database
                    server.begin(session, explicit=True).database = database
                case TableMap(table_id):
                    maps[table_id] = parsed.event
                case RowsEvent():
                    yield from _rows(context, parsed.event, maps[parsed.event.table_id], parsed.raw)
        yield from commit(server, session)
    except ApplyError:
        server.end_transaction(session)
        raise


def _next_file(replica: Replica) -> Steps[bool]:
    """At the end of a relay log file that is not the last: go on with the next, and purge what is applied."""
    relay, file = replica.relay, replica.applied.relay_file
    if file not in relay.files or file == relay.current or replica.applied.relay_pos < relay.size(file):
        return False
    following = relay.files[relay.files.index(file) + 1]
    replica.applied = replica.applied._replace(relay_file=following, relay_pos=4)
    yield from replica.write_relay_log_info()
    yield from _purge_before(replica, following)
    return True


def _purge_before(replica: Replica, file: str) -> Steps[None]:
    yield from replica.relay.remove(replica.relay.files[: replica.relay.files.index(file)])


# ── statements ───────────────────────────────────────────────────────────────────────────────────────────────────


def _statement(context: Evaluation, event: Query) -> Steps[None]:
    """Run DDL as it was logged (REPL-68)."""
    from simk8s.mysql.engine.dispatch import run

    session = context.session
    session.database = event.database
    session.warnings.clear()
    try:
        yield from run(context.server, session, parse_statement(event.text), event.text, context)
    except MySQLError as error:
        where = f"Default database: '{event.database}'. Query: '{event.text}'"
        raise ApplyError(error.number, f"Error '{error.text}' on query. {where}") from error


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(context: Evaluation, event: RowsEvent, mapped: TableMap, raw: RawEvent) -> Steps[None]:
    server, session = context.server, context.session
    try:
        yield from server.wait_for_definitions(session, {(mapped.database, mapped.table)})
        table = yield from server.open(session, mapped.database, mapped.table)
        changes = list(decode_rows(event, mapped, table.definition.types))
    except MySQLError as error:
        text = error.text if error.number == 1677 else f"Error executing row event: '{error.text}'"
        raise ApplyError(error.number, text) from error
    transaction = session.transaction or server.begin(session, explicit=True)
    transaction.used.add((mapped.database, mapped.table))
    rows = Rows(server, session, transaction, table)
    try:
        for before, after in changes:
            yield from _row(rows, before, after)
    except MySQLError as error:
        file = server.replica.applied.master_file
        raise ApplyError(error.number, _row_error(event, mapped, table, error, file, raw)) from error
    logged = rows.events(raw.timestamp)
    if table.space:
        transaction.events += logged
    else:
        yield from write_through(rows, logged)


def _row(rows: Rows, before: Row | None, after: Row | None) -> Steps[None]:
    """One change. An update or delete looks for its row by key, or where there is none by all its values (REPL-69)."""
    if before is None:
        assert after is not None
        row = fitted(after, rows.table)
        conflict = yield from rows.conflict(row)
        if conflict is not None:
            raise rows.duplicate(row, conflict[0])
        yield from rows.insert(row)
        return
    number = find_row(rows, before)
    current = None if number is None else (yield from rows.lock(number))
    if number is None or current is None:
        raise MySQLError(1032, rows.table.name)
    if after is None:
        yield from rows.delete(number, current)
    else:
        yield from rows.update(number, current, fitted(after, rows.table))


def find_row(rows: Rows, image: Row) -> int | None:
    """The number of the row that a before image means."""
    for key, places in enumerate(rows.table.rows.places):
        values = key_values(image, places)
        if values is not None:
            return rows.transaction.find(rows.table, key, values)
    for number, row in rows.transaction.scan(rows.table, current=True):
        if row[: len(image)] == image:
            return number
    return None


def fitted(row: Row, table: Table) -> Row:
    """A row with as many values as the table here has columns; missing ones have their default."""
    missing = table.definition.columns[len(row) :]
    return (*row, *(None if column.nullable else "" for column in missing))


_EVENT_NAMES = {30: "Write_rows", 31: "Update_rows", 32: "Delete_rows"}
_READ_FAILURE = (
    "Relay log read failure: Could not parse relay log event entry. The possible reasons are: the master's binary log "
    "is corrupted (you can check this by running 'mysqlbinlog' on the binary log), the slave's relay log is corrupted "
    "(you can check this by running 'mysqlbinlog' on the relay log), a network problem, or a bug in the master's or "
    "slave's MySQL code. If you want to check the master's binary log or slave's relay log, you will be able to know "
    "their names by issuing 'SHOW SLAVE STATUS' on this slave."
)


def _row_error(event: RowsEvent, mapped: TableMap, table: Table, error: MySQLError, file: str, raw: RawEvent) -> str:
    """REPL-67."""
    if error.number == 1062:
        handler = "HA_ERR_FOUND_DUPP_KEY"
    else:
        handler = "HA_ERR_KEY_NOT_FOUND" if table.rows.places else "HA_ERR_END_OF_FILE"
    return (
        f"Could not execute {_EVENT_NAMES[event.type]} event on table {mapped.database}.{mapped.table}; {error.text}, "
        f"Error_code: {error.number}; handler error {handler}; the event's master log {file}, "
        f"end_log_pos {raw.end_position}"
    )
