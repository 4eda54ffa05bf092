"""InnoDB's data files: `ibdata1` with the dictionary of tables, and one `.ibd` a table.

What is in them is JSON before a hole that makes up the real size (SIM). They say nothing of column types, just as
crash recovery needs no `.frm`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simk8s.machine.content import Content, dense, padded
from simk8s.mysql.plain import compact, parse

IBDATA1_SIZE = 12 << 20
IBDATA1_EXTENDED = 76 << 20  # after its first extension by 64 MiB (MYSQLD-2)
PAGE_SIZE = 16384
SPACE_SIZE = 6 * PAGE_SIZE  # a new table's file


@dataclass(slots=True)
class SystemSpace:
    """`ibdata1`: which table is which tablespace, and how new the files are.

    `flushed_lsn` is written by a clean shutdown only (page 0); `lsn` is that of the newest page. `binlog` is the
    position in the binary log after the last commit.
    """

    flushed_lsn: int = 0
    lsn: int = 0
    tables: dict[str, int] = field(default_factory=dict)
    next_space: int = 2
    next_transaction: int = 1281
    binlog: tuple[str, int] | None = None
    size: int = IBDATA1_SIZE

    def encode(self) -> Content:
        plain = {
            "flushed_lsn": self.flushed_lsn,
            "lsn": self.lsn,
            "next_space": self.next_space,
            "next_transaction": self.next_transaction,
            "binlog": self.binlog,
            "tables": self.tables,
        }
        return padded(compact(plain).encode() + b"\n", self.size)


def decode_system_space(content: Content) -> SystemSpace:
    """Raises ValueError where the content is no system tablespace, for example one that was received in part."""
    plain = parse(dense(content).decode())
    binlog = plain["binlog"]
    return SystemSpace(
        plain["flushed_lsn"],
        plain["lsn"],
        plain["tables"],
        plain["next_space"],
        plain["next_transaction"],
        (binlog[0], binlog[1]) if binlog else None,
        len(content),
    )


@dataclass(slots=True)
class Space:
    """A `.ibd` file: rows as JSON has them, by row number, and the LSN of the newest page."""

    space: int
    lsn: int
    rows: dict[int, list[Any]] = field(default_factory=dict)
    size: int = SPACE_SIZE

    def encode(self) -> Content:
        rows = compact(list(self.rows.items()))
        data = f'{{"space":{self.space},"lsn":{self.lsn}}}\n{rows}\n'.encode()
        return padded(data, max(self.size, 2 * len(data) // PAGE_SIZE * PAGE_SIZE))


def decode_space(content: Content) -> Space:
    """Raises ValueError where the content is no tablespace."""
    head, _, rest = dense(content).partition(b"\n")
    header = parse(head.decode())
    return Space(header["space"], header["lsn"], dict(parse(rest.decode())), len(content))


def space_lsn(content: Content) -> int:
    """The newest page's LSN, without reading the rows."""
    head = dense(content).partition(b"\n")[0]
    lsn: int = parse(head.decode())["lsn"]
    return lsn
