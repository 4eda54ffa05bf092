"""The start of InnoDB on a directory that is new, clean, crashed, unprepared or unusable (MYSQLD-50 to 65)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from simk8s.machine.content import padded
from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.ibd import IBDATA1_SIZE, PAGE_SIZE, SystemSpace, decode_system_space, space_lsn
from simk8s.mysql.innodb import InnoDB
from simk8s.mysql.recovery import recover_files
from simk8s.mysql.redo import FILES, FIRST_LSN, Redo, RedoContent, create_files, decode, finish_files
from simk8s.mysql.start.failure import abort_storage
from simk8s.mysql.step import Log, Steps

_TEMPORARY = "ibtmp1"
_TEMPORARY_SIZE = 12 << 20
_LEAST_LSN = 1000  # a flushed LSN below it: the data files were never shut down cleanly


@dataclass(frozen=True, slots=True)
class Started:
    """InnoDB at work. `crashed`: recovery was run; `inconsistent`: pages are newer than the log (MYSQLD-62)."""

    innodb: InnoDB
    crashed: bool = False
    inconsistent: bool = False


def start_storage(directory: DataDirectory, version: str, xids: Callable[[], Collection[int]]) -> Steps[Started]:
    """Open the storage engine. `xids` finds the transactions in the binary log. Raises StartFailure."""
    if not directory.is_file("ibdata1"):
        started = Started((yield from create_storage(directory)))
    else:
        started = yield from _open(directory, xids)
    yield from make_temporary_space(directory)
    lsn = started.innodb.redo.lsn
    yield Log("Note", f"InnoDB: {version.removesuffix('-log')} started; log sequence number {lsn}")
    if directory.is_file("ib_buffer_pool"):
        yield Log("Note", "InnoDB: Loading buffer pool(s) from /var/lib/mysql/ib_buffer_pool")
    return started


def create_storage(directory: DataDirectory) -> Steps[InnoDB]:
    """Make ibdata1 and the redo log (MYSQLD-20 rows 3 to 5; MYSQLD-60, MYSQLD-60b). Raises StartFailure."""
    yield Log(
        "Note",
        "InnoDB: The first innodb_system data file 'ibdata1' did not exist. A new tablespace will be created!",
    )
    if directory.is_file(FILES[0]):
        yield from abort_storage(
            f"redo log file './{FILES[0]}' exists. Creating system tablespace with existing redo log files is not "
            "recommended. Please delete all redo log files before creating new system tablespace.",
            "InnoDB Database creation was aborted with error Generic error. You may need to delete the ibdata1 file "
            "before trying to start up again.",
        )
    system = SystemSpace()
    yield from directory.write("ibdata1", system.encode())
    yield from create_files(directory, FIRST_LSN)
    yield from finish_files(directory)
    yield Log("Warning", f"InnoDB: New log files created, LSN={FIRST_LSN}")
    return InnoDB(directory, system, Redo(directory, FIRST_LSN, FIRST_LSN))


def make_temporary_space(directory: DataDirectory) -> Steps[None]:
    """`ibtmp1` is made anew at every start (MYSQLD-4)."""
    if directory.is_file(_TEMPORARY):
        yield from directory.unlink(_TEMPORARY)
    yield Log("Note", "InnoDB: Creating shared tablespace for temporary tables")
    yield from directory.write(_TEMPORARY, padded(b"", _TEMPORARY_SIZE), sync=False)


def _open(directory: DataDirectory, xids: Callable[[], Collection[int]]) -> Steps[Started]:
    system = yield from _system_space(directory)
    if not directory.is_file(FILES[0]):
        return (yield from _open_without_log(directory, system))
    redo = yield from _redo_log(directory)
    if not redo.entries and redo.checkpoint == system.flushed_lsn:
        return Started(InnoDB(directory, system, Redo(directory, redo.checkpoint, redo.checkpoint)))
    yield Log("Note", f"InnoDB: Log scan progressed past the checkpoint lsn {redo.checkpoint}")
    yield Log("Note", f"InnoDB: Doing recovery: scanned up to log sequence number {redo.end}")
    yield Log("Note", "InnoDB: Database was not shutdown normally!")
    yield Log("Note", "InnoDB: Starting crash recovery.")
    recovered = yield from recover_files(directory, redo, xids())
    yield from directory.write(FILES[0], RedoContent(recovered.lsn).encode())
    for number in recovered.rolled_back:
        yield Log("Note", f"InnoDB: Rolling back trx with id {number}")
    if recovered.system.binlog is not None:
        file, position = recovered.system.binlog
        yield Log("Note", f"InnoDB: Last MySQL binlog file position 0 {position}, file name {file}")
    return Started(InnoDB(directory, recovered.system, Redo(directory, recovered.lsn, recovered.lsn)), crashed=True)


def _system_space(directory: DataDirectory) -> Steps[SystemSpace]:
    size = directory.size("ibdata1")
    try:
        if size < IBDATA1_SIZE:
            raise ValueError("cut")
        return decode_system_space(directory.read("ibdata1"))
    except ValueError:
        yield from abort_storage(
            f"The innodb_system data file './ibdata1' is of a different size {size // PAGE_SIZE} pages (rounded down "
            f"to MB) than the {IBDATA1_SIZE // PAGE_SIZE} pages specified in the .cnf file!",
            "Plugin initialization aborted with error Generic error",
        )
    raise AssertionError


def _redo_log(directory: DataDirectory) -> Steps[RedoContent]:
    """The redo log of both files (MYSQLD-63, MYSQLD-65)."""
    if not directory.is_file(FILES[1]):
        yield from abort_storage("Only one log file found.", "Plugin initialization aborted with error not found")
    sizes = [directory.size(name) for name in FILES]
    if sizes[0] != sizes[1]:
        yield from abort_storage(
            f"Log file ./{FILES[1]} is of different size {sizes[1]} bytes than other log files {sizes[0]} bytes!",
            "Plugin initialization aborted with error Generic error",
        )
    if not sizes[0] or sizes[0] % PAGE_SIZE:
        yield from abort_storage(
            f"Log file ./{FILES[0]} size {sizes[0]} is not a multiple of innodb_page_size",
            "Plugin initialization aborted with error Generic error",
        )
    try:
        return decode(directory.read(FILES[0]))
    except ValueError:
        yield from abort_storage(
            "Invalid log block checksum.",
            "Missing MLOG_CHECKPOINT: the redo log cannot be read",
            "Plugin initialization aborted with error Generic error",
        )
    raise AssertionError


def _open_without_log(directory: DataDirectory, system: SystemSpace) -> Steps[Started]:
    """Data files alone: new logs from the flushed LSN on, and no recovery (MYSQLD-62, MYSQLD-62b, MYSQLD-64)."""
    if system.flushed_lsn < _LEAST_LSN:
        yield from abort_storage(
            "Cannot create log files because data files are corrupt or the database was not shut down cleanly after "
            "creating the data files.",
            "Plugin initialization aborted with error Generic error",
        )
    lsn = system.flushed_lsn
    if directory.is_file(FILES[1]):
        yield from directory.unlink(FILES[1])
    yield from create_files(directory, lsn)
    yield from finish_files(directory)
    yield Log("Warning", f"InnoDB: New log files created, LSN={lsn}")
    inconsistent = yield from _look_for_newer_pages(directory, system, lsn)
    return Started(InnoDB(directory, system, Redo(directory, lsn, lsn)), inconsistent=inconsistent)


def _look_for_newer_pages(directory: DataDirectory, system: SystemSpace, lsn: int) -> Steps[bool]:
    newer = [(0, system.lsn)] if system.lsn > lsn else []
    for path, space in sorted(system.tables.items()):
        if directory.is_file(f"{path}.ibd"):
            try:
                page = space_lsn(directory.read(f"{path}.ibd"))
            except ValueError:
                continue
            if page > lsn:
                newer.append((space, page))
    for space, page in newer:
        yield Log(
            "ERROR",
            f"InnoDB: Page [page id: space={space}, page number=3] log sequence number {page} is in the future! "
            f"Current system log sequence number {lsn}.",
        )
        yield Log(
            "ERROR",
            "InnoDB: Your database may be corrupt or you may have copied the InnoDB tablespace but not the InnoDB log "
            "files. Please refer to http://dev.mysql.com/doc/refman/5.7/en/forcing-innodb-recovery.html for "
            "information about forcing recovery.",
        )
    return bool(newer)
