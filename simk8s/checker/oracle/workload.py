"""What is written to the primary of a set while it comes up, and after the last recovery."""

from __future__ import annotations

from dataclasses import dataclass, field

from simk8s.checker.oracle.database import Said, ask
from simk8s.cluster.wiring import World
from simk8s.node.container import Container
from simk8s.sim import Run

DATABASE = "simk8s"
_TABLES = (
    f"CREATE DATABASE IF NOT EXISTS {DATABASE}; "
    f"CREATE TABLE IF NOT EXISTS {DATABASE}.keyed (n INT PRIMARY KEY, moment VARCHAR(20)); "
    f"CREATE TABLE IF NOT EXISTS {DATABASE}.plain (n INT, moment VARCHAR(20))"
)
_EARLY_ROWS = 2
_CLONE_SECONDS = (0.6, 1.0, 1.0, 1.0)
"""When rows are written after the start of what may be a clone; what has ended by then was none."""
_CLONE_ROWS = 16
_RETRY_SECONDS, _TRIES = 1.0, 30


@dataclass(slots=True)
class Workload:
    """Rows for one set. `acknowledged` are those whose COMMIT has returned."""

    world: World
    namespace: str
    pod: str
    container: str
    acknowledged: list[int] = field(default_factory=list)
    attempted: int = 0
    has_begun: bool = False
    _during: int = 0
    _has_tables: bool = False

    def begin(self) -> Run[None]:
        """Rows from before there was any replica."""
        self.has_begun = True
        for _ in range(_EARLY_ROWS):
            yield from self._insist("early")

    def during(self, clone: Container) -> Run[None]:
        """Rows while somebody may be copying the data."""
        for seconds in _CLONE_SECONDS:
            yield self.world.sim.sleep(seconds)
            if not clone.is_running or self._during >= _CLONE_ROWS:
                return
            self._during += 1
            yield from self._write("clone")

    def end(self) -> Run[None]:
        """Rows after everything has recovered."""
        self.has_begun = True
        yield from self._insist("late", tries=3)

    def _insist(self, moment: str, tries: int = _TRIES) -> Run[None]:
        for _ in range(tries):
            said = yield from self._write(moment)
            if said.ok:
                return
            yield self.world.sim.sleep(_RETRY_SECONDS)

    def _write(self, moment: str) -> Run[Said]:
        """One row in each table. A number is used once: a row that was not acknowledged may be there all the same."""
        if not self._has_tables:
            said = yield from ask(self.world, self.namespace, self.pod, self.container, _TABLES)
            if not said.ok:
                return said
            self._has_tables = True
        self.attempted += 1
        number = self.attempted
        sql = "; ".join(f"INSERT INTO {DATABASE}.{table} VALUES ({number}, '{moment}')" for table in ("keyed", "plain"))
        said = yield from ask(self.world, self.namespace, self.pod, self.container, sql)
        if said.ok:
            self.acknowledged.append(number)
        return said
