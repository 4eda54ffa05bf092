"""A running server: its data, its sessions, its locks; one statement at a time for each session.

Steps that come out of here must be driven to their end: to stop a session set `killed` and wake the
waiters. Closing the generator in the middle is for those who kill the whole process: memory is left between two states.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from simk8s.mysql.column import Row, Value
from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.engine.account import SYSTEM_USER, Account, Accounts
from simk8s.mysql.engine.catalog import INFORMATION_SCHEMA, Catalog
from simk8s.mysql.engine.dispatch import run
from simk8s.mysql.engine.evaluation import Evaluation
from simk8s.mysql.engine.session import Diagnostic, Done, Result, Session
from simk8s.mysql.engine.transaction import Transaction
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.innodb import InnoDB
from simk8s.mysql.logset import LogSet
from simk8s.mysql.moment import calendar
from simk8s.mysql.option import Options
from simk8s.mysql.replication.replica import Replica
from simk8s.mysql.sql.parse import parse
from simk8s.mysql.sql.statement import Show
from simk8s.mysql.step import Blocked, Pause, Steps
from simk8s.mysql.table import Table
from simk8s.mysql.variables import VARIABLES

WRITE_BACK_AFTER = 1_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class Host:
    """What a server asks of the machine it runs on. `clock` counts microseconds since 1970 in UTC."""

    hostname: str
    clock: Callable[[], int]
    new_uuid: Callable[[], str]

    def now(self) -> datetime:
        """The time in UTC, without a zone."""
        return calendar(self.clock())


@dataclass(frozen=True, slots=True)
class ReplicaHost:
    """A replica that has registered (SQL-42)."""

    server_id: int
    host: str
    port: int
    uuid: str


@dataclass(frozen=True, slots=True)
class Changed:
    """Rows of tables by row number (None: deleted), or a statement that defines something; `position` is the end of
    the binary log after it, None without one."""

    rows: dict[Table, dict[int, Row | None]]
    statement: str
    position: tuple[str, int] | None


@dataclass(slots=True, eq=False)
class Server:
    """`session_defaults` and `variables` hold the global values that differ from the built-in ones, of variables with
    and without a session scope. `read_locks` are the sessions that hold FLUSH TABLES WITH READ LOCK or wait for
    it, `commit_locks` those that hold it; `defining` is the session whose definition is under way (SIM: one at a time),
    and `redefined` are the tables that nobody else may use until it has ended.
    """

    host: Host
    options: Options
    directory: DataDirectory
    version: str
    innodb: InnoDB
    catalog: Catalog
    accounts: Accounts
    replica: Replica
    binlog: LogSet | None = None
    server_uuid: str = ""
    started: datetime | None = None
    variables: dict[str, Value] = field(default_factory=dict)
    session_defaults: dict[str, Value] = field(default_factory=dict)
    sessions: dict[int, Session] = field(default_factory=dict)
    replica_hosts: dict[int, ReplicaHost] = field(default_factory=dict)
    dumped_files: dict[int, str] = field(default_factory=dict)  # by session: the binary log file a dump thread reads
    read_locks: list[Session] = field(default_factory=list)
    commit_locks: list[Session] = field(default_factory=list)
    defining: Session | None = None
    redefined: set[tuple[str, str]] = field(default_factory=set)
    committing: int = 0
    transactions: list[Transaction] = field(default_factory=list)
    temporary: dict[Session, dict[tuple[str, str], Table]] = field(default_factory=dict)
    next_session: int = 2
    last_committed: int = 0
    counters: Counter[str] = field(default_factory=Counter)
    shutdown_asked: bool = False
    starts_replication: bool = False  # REPL-44: at the end of the start the threads are to be started
    is_inconsistent: bool = False  # MYSQLD-62: started from files that were not prepared
    on_change: Callable[[Session, Changed], None] | None = None  # told of each commit and each definition
    clock: Callable[[], int] = field(init=False)  # the host's
    _waiters: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = self.host.clock

    # ── sessions ─────────────────────────────────────────────────────────────────────────────────────────────────

    def connect(
        self, user: str, hosts: list[str], password: str | None = None, *, port: int = 0, database: str = ""
    ) -> Session:
        """Let a client in. `hosts` are the names it is known by, the one to show first (SQL-3); port 0 is the socket.

        Raises 1040, 1045, 1130, 1044 or 1049.
        """
        self.counters["Connections"] += 1
        spare = self.number("max_connections") - len(self.sessions)
        if spare <= 0:  # else it does not matter that the server's own threads are among them
            spare += len([None for s in self.sessions.values() if s.applies])
        if spare < 0:
            raise MySQLError(1040)
        account = self.accounts.authenticate(user, hosts, password)
        if spare == 0 and "SUPER" not in account.privileges:  # one more for those with SUPER
            raise MySQLError(1040)
        session = self.open_session(user, hosts[0], account, port=port)
        try:
            if database:
                self.use(session, database)
        except MySQLError:
            del self.sessions[session.id]
            raise
        return session

    def open_session(
        self, user: str, host: str, account: Account = SYSTEM_USER, *, port: int = 0, applies: bool = False
    ) -> Session:
        """A session without login: for the server's own threads."""
        session = Session(self.next_session, user, host, account, port, applies=applies, since=self.clock())
        self.next_session += 1
        session.variables.update(self.session_defaults)
        self.sessions[session.id] = session
        return session

    def disconnect(self, session: Session) -> None:
        """The client has gone: its transaction is undone and its locks are released."""
        if session.transaction is not None:
            self.end_transaction(session)
        self.temporary.pop(session, None)
        self.sessions.pop(session.id, None)
        self.dumped_files.pop(session.id, None)
        self.unlock(session)

    def unlock(self, session: Session) -> None:
        """Release the global read lock, if the session has it or waits for it."""
        for locks in (self.read_locks, self.commit_locks):
            if session in locks:
                locks.remove(session)
        if self._waiters:
            self.wake()

    def use(self, session: Session, database: str) -> None:
        """Make a database the current one. Raises 1044 or 1049."""
        if database.lower() == INFORMATION_SCHEMA:
            session.database = INFORMATION_SCHEMA
            return
        if not self.accounts.sees(session.account, database):
            raise MySQLError(1044, session.account.user, session.account.host, database)
        if not self.catalog.has_database(database):
            raise MySQLError(1049, database)
        session.database = database

    # ── statements ───────────────────────────────────────────────────────────────────────────────────────────────

    def execute(self, session: Session, text: str) -> Steps[Result]:
        """Run one statement. Raises MySQLError; what the statement has done until then is undone, where it can be."""
        moment = self.clock()
        session.command, session.info, session.since, session.query_killed = "Query", text, moment, False
        self.counters["Questions"] += 1
        try:
            statement = parse(text)
            if not (isinstance(statement, Show) and statement.what in ("warnings", "errors")):
                session.warnings.clear()
            self.check_alive(session)
            if self.innodb.dirty or self.innodb.dirty_since is not None:
                yield from self.write_back()
                moment = self.clock()
            context = Evaluation(self, session, self.statement_time(session, moment))
            result = yield from run(self, session, statement, text, context)
            if context.sleep:
                session.state = "User sleep"
                yield Pause(context.sleep)
        except MySQLError as error:
            session.warnings.append(Diagnostic("Error", error.number, error.text))
            self._answered(session, -1)
            raise
        self._answered(session, result.affected if isinstance(result, Done) else -1)
        return result

    def _answered(self, session: Session, row_count: int) -> None:
        session.row_count = row_count
        session.command, session.info, session.state, session.since = "Sleep", None, "", self.clock()

    def check_alive(self, session: Session) -> None:
        """Raises 1053 or 1317 for a session that may not go on."""
        if self.shutdown_asked:
            raise MySQLError(1053)
        if session.killed or session.query_killed:
            session.query_killed = False
            raise MySQLError(1317)

    def write_back(self) -> Steps[None]:
        """Write dirty pages that are old enough, as the page cleaner does (SIM: when the next statement comes)."""
        since = self.innodb.dirty_since
        if since is None:
            if self.innodb.dirty:
                self.innodb.dirty_since = self.clock()
        elif self.clock() - since >= WRITE_BACK_AFTER:
            self.innodb.dirty_since = None
            yield from self.innodb.checkpoint()

    # ── waiting ──────────────────────────────────────────────────────────────────────────────────────────────────

    def when_released(self, wake: Callable[[], None]) -> None:
        """Call `wake` once, at the next release of a lock or change of what somebody may wait for."""
        self._waiters.append(wake)

    def wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter()

    def wait(self, session: Session, state: str, deadline: datetime | None = None) -> Steps[None]:
        """Wait once for a release. Raises 1205 after the deadline, 1317 if the session was killed."""
        before, session.state = session.state, state
        left = 0.0 if deadline is None else max((deadline - self.now()).total_seconds(), 0.001)
        yield Blocked(state, left)
        session.state = before
        self.check_alive(session)
        if deadline is not None and self.now() >= deadline:
            raise MySQLError(1205)

    def wait_for_read_lock(self, session: Session) -> Steps[None]:
        """A change waits while others hold the global read lock (SQL-31). Raises 1223 for one's own."""
        if session in self.read_locks:
            raise MySQLError(1223)
        while self.read_locks:
            yield from self.wait(session, "Waiting for global read lock")

    def wait_for_definitions(self, session: Session, tables: Collection[tuple[str, str]]) -> Steps[None]:
        """Wait until nobody is redefining these tables. No step lies between the end of this and opening them."""
        while self.defining is not session and not self.redefined.isdisjoint(tables):
            yield from self.wait(session, "Waiting for table metadata lock")

    def wait_for_users(self, session: Session, database: str, name: str) -> Steps[None]:
        """Wait until no other transaction uses a table, then keep everybody from it until the definition has ended."""
        table = database, name
        while any(table in other.used for other in self.transactions if other is not session.transaction):
            yield from self.wait(session, "Waiting for table metadata lock")
        self.redefined.add(table)

    # ── transactions ─────────────────────────────────────────────────────────────────────────────────────────────

    def begin(self, session: Session, *, explicit: bool) -> Transaction:
        """The session's transaction, a new one if it has none."""
        if session.transaction is None:
            session.transaction = Transaction(self.innodb.next_transaction(), explicit)
            self.transactions.append(session.transaction)
        return session.transaction

    def end_transaction(self, session: Session) -> None:
        """Forget the session's transaction, with what it has not committed."""
        transaction = session.transaction
        if transaction is None:
            return
        session.transaction = None
        session.isolation_next = ""
        self.transactions.remove(transaction)
        transaction.release()
        self.wake()

    def announce(
        self,
        session: Session,
        *,
        rows: dict[Table, dict[int, Row | None]] | None = None,
        statement: str = "",
        position: tuple[str, int] | None = None,
    ) -> None:
        """Tell whoever listens what has just become true."""
        if self.on_change is not None:
            at = position or ((self.binlog.current, self.binlog.position) if self.binlog is not None else None)
            self.on_change(session, Changed(rows or {}, statement, at))

    # ── the clock, variables, counters ───────────────────────────────────────────────────────────────────────────

    def now(self) -> datetime:
        return calendar(self.clock())

    def statement_time(self, session: Session, moment: int) -> int:
        """What NOW() says, in microseconds: `moment`, or what SET TIMESTAMP has put in its place."""
        fixed = session.variables.get("timestamp")
        if isinstance(fixed, float) and fixed:
            return round(fixed * 1_000_000)
        return moment

    def timestamp(self) -> int:
        """Seconds since 1970."""
        return self.clock() // 1_000_000

    def number(self, name: str) -> int:
        """A global variable that is a number or a switch."""
        variable = VARIABLES[name]
        value = (self.variables if variable.scope == "global" else self.session_defaults).get(name, variable.default)
        assert isinstance(value, int)
        return value

    def count(self, name: str, by: int = 1) -> None:
        """Add to a counter of SHOW STATUS."""
        self.counters[name] += by

    # ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────

    def opened(self, session: Session, database: str, name: str) -> Table:
        """A table that was opened for this statement."""
        own = self.temporary.get(session, {}).get((database, name))
        return own if own is not None else self.catalog.open_tables[database, name]

    def open(self, session: Session, database: str, name: str) -> Steps[Table]:
        """Open a table: the session's own temporary one, or one of the database. Raises 1046, 1049, 1146."""
        if not database:
            raise MySQLError(1046)
        own = self.temporary.get(session, {}).get((database, name))
        if own is not None:
            return own
        if not self.catalog.has_database(database):
            raise MySQLError(1049, database)
        table = yield from self.catalog.open(database, name)
        for transaction in self.transactions:  # a table that nobody has used yet is as it was when they began
            if transaction.snapshot is not None and table not in transaction.snapshot:
                transaction.snapshot[table] = table.rows.snapshot()
        return table

    def take_snapshot(self, transaction: Transaction) -> None:
        """Fix what a REPEATABLE READ transaction sees."""
        transaction.snapshot = {table: table.rows.snapshot() for table in self.catalog.open_tables.values()}
