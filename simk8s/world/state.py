"""What a world consists of, as frozen data: two worlds share what is the same in both.

The keys are the names that history uses: `Pod/default/mysql-0`, `mysql-0/mysql` for a container, `mysql-0/mysql[1]` for
a process in it, `mysql-0/emptyDir/conf` for a file system. Pods of other namespaces begin with the namespace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from simk8s.api.objects import Object
from simk8s.machine.content import Content
from simk8s.render.board import Board, board

Kind: TypeAlias = Literal["file", "directory", "symlink", "socket", "fifo", "device"]


@dataclass(frozen=True, slots=True)
class Inode:
    """A file, directory, link, ... `number` is the history record that made it; names of one file share it.

    `mtime` is in virtual seconds; `target` is where a symlink leads.
    """

    kind: Kind
    number: int
    mode: int
    uid: int = 0
    gid: int = 0
    mtime: float = 0.0
    content: Content = b""
    target: str = ""
    links: int = 1


@dataclass(frozen=True, slots=True)
class FileSystem:
    """A volume or the layer of a container, by absolute path inside it. `files` has the root as `/`.

    A layer has an `image` below it, of which history knows nothing: `files` holds what was made, and what was changed;
    `removed` are the image's paths that are gone. Volumes have no image; everything in them is known.
    """

    name: str
    kind: str = ""
    image: str = ""
    files: Mapping[str, Inode] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()

    def names(self, path: str = "/") -> list[str]:
        """The names in a directory, sorted."""
        prefix = path.rstrip("/") + "/"
        size = len(prefix)
        return sorted({found[size:].partition("/")[0] for found in self.files if found.startswith(prefix)} - {""})


@dataclass(frozen=True, slots=True)
class Mount:
    """A file system, or what is at `path` of it, as a container sees it at `point`."""

    point: str
    filesystem: str
    path: str = ""
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume of a Pod: its name in the spec, its kind, and the file system behind it."""

    name: str
    kind: str
    filesystem: str
    base: str = ""


@dataclass(frozen=True, slots=True)
class Pod:
    """What a node holds of a Pod. `address` is empty while it has no sandbox."""

    namespace: str
    name: str
    uid: str
    node: str = ""
    address: str = ""
    volumes: Mapping[str, Volume] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Container:
    """The latest instance of a container. `number` counts its instances from 0.

    `state` is `created` until its main process starts, `running`, then `exited` with that process' status and signal.
    """

    machine: str
    pod: str
    name: str
    number: int
    image: str
    node: str
    layer: str
    argv: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    state: Literal["created", "running", "exited"] = "created"
    status: int | None = None
    signal: int | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """Where a shell is: the simple command it has begun last, and the variables that the script has given values.

    `place` is where a person wrote that line (`file:line:column`), empty where nobody knows. An array is a mapping.
    """

    script: str = ""
    line: int = 0
    column: int = 0
    text: str = ""
    depth: int = 0
    place: str = ""
    variables: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Process:
    """A process that runs. `number` is the instance of its container; `script` is None for what is no shell."""

    machine: str
    pid: int
    parent: int
    argv: tuple[str, ...]
    started_at: float
    number: int = 0
    script: Script | None = None

    @property
    def label(self) -> str:
        return f"{self.machine}[{self.pid}]"


@dataclass(frozen=True, slots=True)
class Table:
    """A table's columns, and its committed rows by their hidden numbers. No columns: history does not know them."""

    columns: tuple[str, ...]
    rows: Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Replication:
    """The threads of a replica: what SHOW SLAVE STATUS calls Slave_IO_Running and Slave_SQL_Running, and positions.

    `received` and `applied` are `file:position` in the primary's binary log. Errors are numbers with their texts.
    """

    io: str = "No"
    sql: str = "No"
    host: str = ""
    received: str = ""
    applied: str = ""
    io_error: str = ""
    sql_error: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """A mysqld that runs. `state` is `starting`, `ready` or `stopping`; `stage` the last stage of its start.

    `position` is `file:position` of its own binary log, empty without one. `tables` are those outside the system
    databases, by `database.table`, and those of the system databases that a commit has changed.
    """

    machine: str
    host: str
    pid: int
    state: Literal["starting", "ready", "stopping"] = "starting"
    stage: str = ""
    position: str = ""
    tables: Mapping[str, Table] = field(default_factory=dict)
    replication: Replication | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """A listening socket: `address:port`, or where its socket file is."""

    label: str
    machine: str
    pid: int


@dataclass(frozen=True, slots=True)
class Connection:
    """An open connection. `number` is the record of its connect; `server` the label of the listener."""

    number: int
    client: str
    pid: int
    server: str
    local: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """Everything that history says of one moment: after record `seq`, at `time` in virtual seconds."""

    time: float = 0.0
    seq: int = -1
    objects: Mapping[str, Object] = field(default_factory=dict)
    nodes: Mapping[str, bool] = field(default_factory=dict)
    """Nodes by name: whether they have power."""
    pods: Mapping[str, Pod] = field(default_factory=dict)
    """What nodes hold of Pods, by UID."""
    containers: Mapping[str, Container] = field(default_factory=dict)
    processes: Mapping[str, Process] = field(default_factory=dict)
    filesystems: Mapping[str, FileSystem] = field(default_factory=dict)
    servers: Mapping[str, Server] = field(default_factory=dict)
    listeners: Mapping[str, Listener] = field(default_factory=dict)
    connections: Mapping[int, Connection] = field(default_factory=dict)

    @property
    def board(self) -> Board:
        """Nodes, Pods by ordinal, containers, claims, as the API has them."""
        return board(self.objects.values(), self.time)

    def __str__(self) -> str:
        return str(self.board)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return self.board._repr_html_()
