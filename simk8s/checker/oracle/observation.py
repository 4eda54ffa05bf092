"""What can be seen of one MySQL server from outside: through SQL, over the network, and in its log."""

from __future__ import annotations

from dataclasses import dataclass

from simk8s.checker.oracle.database import Client, Said, ask
from simk8s.checker.oracle.workload import DATABASE
from simk8s.cluster.wiring import World
from simk8s.sim import Run

_ACCOUNTS = "user, host, authentication_string, Select_priv, Super_priv, Repl_slave_priv FROM mysql.user"
_QUESTIONS = {
    "accounts": f"SELECT '@accounts', {_ACCOUNTS} ORDER BY user, host",
    "keyed": f"SELECT '@keyed', n, moment FROM {DATABASE}.keyed ORDER BY n",
    "plain": f"SELECT '@plain', n, moment FROM {DATABASE}.plain ORDER BY n",
    "master": "SHOW MASTER STATUS",
    "slave": "SHOW SLAVE STATUS",
    "id": "SELECT '@id', @@server_id, @@super_read_only",
}
"""Each row says which question it answers; those of SHOW are told by their columns. Whoever answers the last one has
been asked all of them.
"""
_ALL = "; ".join(_QUESTIONS.values())
_WRITE = f"CREATE DATABASE {DATABASE}_write; DROP DATABASE {DATABASE}_write"
_DAMAGE = ("is in the future!", "database may be corrupt", "is marked as crashed")

# REPL-59: where the columns of SHOW SLAVE STATUS stand
_READ_FILE, _READ_POSITION, _DONE_FILE, _DONE_POSITION = 5, 6, 9, 21
_IO_RUNNING, _SQL_RUNNING, _IO_ERROR, _SQL_ERROR = 10, 11, 35, 37

Position = tuple[str, str]
"""A binary log and how far in it."""


@dataclass(frozen=True, slots=True)
class Replication:
    """What SHOW SLAVE STATUS says. `read` and `done` are how far it has come in the primary's logs."""

    io: str
    sql: str
    error: str = ""
    read: Position = ("", "")
    done: Position = ("", "")

    @property
    def runs(self) -> bool:
        return self.io == "Yes" and self.sql == "Yes"


@dataclass(frozen=True, slots=True)
class Observation:
    """One server at one moment. `refusal` and `trouble` are "" where there is none."""

    answers: bool = False
    trouble: str = ""
    server_id: str = ""
    accounts: tuple[tuple[str, ...], ...] = ()
    keyed: tuple[tuple[str, ...], ...] | None = None
    plain: tuple[tuple[str, ...], ...] | None = None
    position: Position | None = None
    """How far its own binary log goes, where it writes one."""
    replication: Replication | None = None
    refusal: str = ""
    takes_writes: bool = False
    damage: str = ""

    @property
    def rows(self) -> tuple[object, object]:
        return self.keyed, self.plain

    def has_done_all_of(self, primary: Observation) -> bool:
        """Whether it runs, and there is nothing in the primary's logs that it has yet to do."""
        own = self.replication
        return own is not None and own.runs and own.read == own.done == primary.position


def observe(
    world: World, client: Client, namespace: str, pod: str, container: str, *, is_replica: bool
) -> Run[Observation]:
    """Look at the server of a Pod. Takes some virtual time."""
    said = yield from ask(world, namespace, pod, container, _ALL)
    instance = world.container(namespace, pod, container)
    found = _parts(said)
    if instance is None or not found["id"]:
        return Observation(trouble=said.error)
    server_id, refuses_writes = found["id"][0]
    address = instance.machine.interface.address
    refusal = yield from client.refusal(instance, address)
    takes_writes = False
    if is_replica and refuses_writes == "0":  # super_read_only holds for root, too
        written = yield from ask(world, namespace, pod, container, _WRITE)
        takes_writes = written.ok
    return Observation(
        answers=True,
        trouble=said.error,
        server_id=server_id,
        accounts=found["accounts"],
        keyed=found["keyed"] if _is_there(said, "keyed") else None,
        plain=found["plain"] if _is_there(said, "plain") else None,
        position=_position(found["master"]),
        replication=_replication(found["slave"]),
        refusal=refusal,
        takes_writes=takes_writes,
        damage=_damage(world, namespace, pod, container),
    )


def _parts(said: Said) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The rows by question."""
    parts: dict[str, list[tuple[str, ...]]] = {name: [] for name in _QUESTIONS}
    for row in said.rows:
        name = row[0].removeprefix("@")
        if row[0].startswith("@") and name in parts:
            parts[name].append(row[1:])
        else:
            parts["slave" if len(row) > _SQL_ERROR else "master"].append(row)
    return {name: tuple(rows) for name, rows in parts.items()}


def _is_there(said: Said, table: str) -> bool:
    return f"{DATABASE}.{table}" not in said.error and f"Unknown database '{DATABASE}'" not in said.error


def _position(rows: tuple[tuple[str, ...], ...]) -> Position | None:
    return (rows[0][0], rows[0][1]) if rows else None


def _replication(rows: tuple[tuple[str, ...], ...]) -> Replication | None:
    if not rows:
        return None
    row = rows[0]
    read, done = (row[_READ_FILE], row[_READ_POSITION]), (row[_DONE_FILE], row[_DONE_POSITION])
    return Replication(row[_IO_RUNNING], row[_SQL_RUNNING], row[_SQL_ERROR] or row[_IO_ERROR], read, done)


def _damage(world: World, namespace: str, pod: str, container: str) -> str:
    """The first line of the log that says that data is damaged."""
    text = world.log(namespace, pod, container).decode(errors="replace")
    signs = [sign for sign in _DAMAGE if sign in text]
    return next((line for line in text.splitlines() if any(sign in line for sign in signs)), "") if signs else ""
