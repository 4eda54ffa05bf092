"""Following the redo log of a running server, so that a copy of its data files can be brought up to one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import Content, File
from simk8s.mysql.redo import Entry, RedoContent, decode

if TYPE_CHECKING:
    from simk8s.machine import Process

BLOCK_BYTES = 512
MARK = "xtrabkup"


class LostRedo(Exception):
    """The server has reused redo that was not copied yet."""


class RedoCopy:
    """Entries of `ib_logfile0` from the last checkpoint on; `scan` takes what has been added since."""

    def __init__(self, process: Process) -> None:
        self._process = process
        source = self._read()
        self.first = self.checkpoint = source.checkpoint
        self.scanned = source.end
        self.is_finished = False
        self._is_broken = False
        self._entries: dict[int, Entry] = {entry.lsn: entry for entry in source.entries}

    def scan(self) -> None:
        """Look at the log now."""
        source = self._read()
        if source.checkpoint > self.scanned:
            self._is_broken = True
        self._entries.update((entry.lsn, entry) for entry in source.entries)
        self.checkpoint = max(self.checkpoint, source.checkpoint)
        self.scanned = max(self.scanned, source.end)

    def check(self) -> None:
        """Raises LostRedo where the copy has a gap (XB-41)."""
        if self._is_broken:
            raise LostRedo

    def content(self) -> Content:
        """`xtrabackup_logfile`, in whole blocks."""
        entries = tuple(self._entries[lsn] for lsn in sorted(self._entries))
        redo = RedoContent(self.first, entries, MARK)
        size = len(redo.encode(0))
        return redo.encode(-(-size // BLOCK_BYTES) * BLOCK_BYTES)

    def _read(self) -> RedoContent:
        inode = self._process.stat("ib_logfile0")
        try:
            if isinstance(inode, File):
                return decode(inode.content)
        except ValueError:
            pass
        raise LostRedo
