"""The world at any moment, rebuilt from history alone: `Chronicle`, `World` and what they are made of."""

from simk8s.world.chronicle import Chronicle
from simk8s.world.chronicle import open_trace as open
from simk8s.world.difference import Change, difference
from simk8s.world.state import (
    Connection,
    Container,
    FileSystem,
    Inode,
    Listener,
    Mount,
    Pod,
    Process,
    Replication,
    Script,
    Server,
    Table,
    Volume,
    World,
)

__all__ = [
    "Change",
    "Chronicle",
    "Connection",
    "Container",
    "FileSystem",
    "Inode",
    "Listener",
    "Mount",
    "Pod",
    "Process",
    "Replication",
    "Script",
    "Server",
    "Table",
    "Volume",
    "World",
    "difference",
    "open",
]
