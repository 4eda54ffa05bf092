"""`xtrabackup --prepare`: two starts of InnoDB on a copy, with the redo log renamed back and forth (XB-50 to XB-57)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simk8s.machine import SyscallError, padded
from simk8s.machine.content import dense
from simk8s.mysql.recovery import Recovered, recover_files
from simk8s.mysql.redo import FILES, RedoContent, create_files, decode, finish_files
from simk8s.mysql.server.disk import Disk
from simk8s.mysql.step import Log
from simk8s.mysql.xtrabackup.information import Checkpoints
from simk8s.mysql.xtrabackup.options import Options
from simk8s.mysql.xtrabackup.redo_copy import MARK
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process

LOGFILE, CHECKPOINTS, BINLOG_POSITION = "xtrabackup_logfile", "xtrabackup_checkpoints", "xtrabackup_binlog_pos_innodb"
USED_MARK = f"{MARK} used"
LOGFILE_MINIMUM = 8 << 20
IBTMP1_SIZE = 12 << 20

# DUR-16, split over the stages
PATCH_SECONDS, RECOVERY_SECONDS, SHUTDOWN_SECONDS, SECOND_START_SECONDS = 0.3, 1.5, 0.7, 1.5


class PrepareFailed(Exception):
    """The copy cannot be made consistent; the text is the last line that is said."""


class Preparation:
    """One run on the directory that `options` name."""

    def __init__(self, process: Process, options: Options) -> None:
        self.process = process
        self.options = options

    def run(self) -> Run[int]:
        target = self.options.target_directory
        try:
            self.disk = Disk(self.process, target)
        except SyscallError as error:
            yield from self._tell(
                f"xtrabackup: Can't change dir to '{target}' (Errcode: {error.errno.number} - {error.text})"
            )
            return 1
        self.disk.log = self._innodb_says
        self.directory = self.disk.directory
        yield from self._tell(f"xtrabackup: cd to {target}")
        checkpoints = yield from self._read_checkpoints()
        try:
            redo = yield from self._find_logfile()
            yield from self._recover(redo, checkpoints)
            if "apply-log-only" not in self.options.flags:
                yield from self._start_again()
        except PrepareFailed as failure:
            yield from self._tell(str(failure))
            return 1
        yield from self._tell(f"{self.process.sim.datetime:%y%m%d %H:%M:%S} completed OK!")
        return 0

    def _read_checkpoints(self) -> Run[Checkpoints]:
        """XB-50: without this file it goes on all the same."""
        try:
            checkpoints = Checkpoints.parse(dense(self.directory.read(CHECKPOINTS)))
        except (FileNotFoundError, ValueError):
            yield from self._tell(f"xtrabackup: Error: cannot open ./{CHECKPOINTS}")
            yield from self._tell("xtrabackup: error: xtrabackup_read_metadata()")
            yield from self._tell("xtrabackup: This target seems not to have correct metadata...")
            return Checkpoints("", 0, 0)
        already = "already" if checkpoints.type == "full-prepared" else "not"
        yield from self._tell(
            f"xtrabackup: This target seems to be {already} prepared{'.' if already != 'not' else ' yet.'}"
        )
        return checkpoints

    def _find_logfile(self) -> Run[RedoContent]:
        """XB-51, and stage a of XB-52: afterwards the redo is called `ib_logfile0`."""
        redo = self._decoded(LOGFILE)
        if redo is None:
            yield from self._tell(f"xtrabackup: Warning: cannot open ./{LOGFILE}. will try to find.")
            redo = self._decoded(FILES[0])
            if redo is None or not redo.creator.startswith(MARK):
                yield from self._tell(f"  xtrabackup: Fatal error: cannot find ./{LOGFILE}.")
                raise PrepareFailed("xtrabackup: Error: xtrabackup_init_temp_log() failed.")
            yield from self._tell(f"  xtrabackup: '{FILES[0]}' seems to be '{LOGFILE}'. will retry.")
            yield from self.disk.perform(self.directory.rename(FILES[0], LOGFILE))
        if redo.creator == USED_MARK:
            yield from self._tell(f"xtrabackup: notice: {LOGFILE} was already used to '--prepare'.")
        self.process.stage = "prepare a"
        yield from self.process.sleep(PATCH_SECONDS)
        size = max(self.directory.size(LOGFILE), LOGFILE_MINIMUM)
        yield from self._tell(f"xtrabackup: {LOGFILE} detected: size={size}, start_lsn=({redo.checkpoint})")
        yield from self.disk.perform(self.directory.write(LOGFILE, redo.encode(size)))
        yield from self.disk.perform(self.directory.rename(LOGFILE, FILES[0]))
        self._record("renamed")
        return redo

    def _decoded(self, name: str) -> RedoContent | None:
        try:
            return decode(self.directory.read(name))
        except (FileNotFoundError, ValueError):
            return None

    def _recover(self, redo: RedoContent, checkpoints: Checkpoints) -> Run[None]:
        """Stages b to f."""
        perform, directory = self.disk.perform, self.directory
        yield from self._tell("xtrabackup: Starting InnoDB instance for recovery.")
        yield from self._tell("xtrabackup: Using 104857600 bytes for buffer pool (set by --use-memory parameter)")
        yield from self._tell("InnoDB: Highest supported file format is Barracuda.")
        if not directory.is_file("ibdata1"):
            yield from perform(directory.rename(FILES[0], LOGFILE))
            yield from self._tell(
                "InnoDB: redo log file './ib_logfile0' exists. Creating system tablespace with existing redo log "
                "files is not recommended."
            )
            raise PrepareFailed("xtrabackup: innodb_init(): Error occured.")  # XB-55
        self.process.stage = "prepare b"
        yield from perform(directory.write("ibtmp1", padded(b"", IBTMP1_SIZE), sync=False))
        if redo.creator != USED_MARK:
            yield from self._tell(f"InnoDB: Log scan progressed past the checkpoint lsn {redo.checkpoint}")
            yield from self._tell("InnoDB: Database was not shutdown normally!")
            yield from self._tell("InnoDB: Starting crash recovery.")
        yield from self.process.sleep(RECOVERY_SECONDS)
        try:
            recovered = yield from perform(recover_files(directory, redo))
        except ValueError as problem:
            yield from perform(directory.rename(FILES[0], LOGFILE))
            raise PrepareFailed("xtrabackup: innodb_init(): Error occured.") from problem
        self._record("recovered", lsn=recovered.lsn)
        yield from self._tell("InnoDB: xtrabackup: Last MySQL binlog file position " + _position(recovered))
        self.process.stage = "prepare c"
        if recovered.system.binlog is not None:
            file, position = recovered.system.binlog
            yield from perform(directory.write(BINLOG_POSITION, f"{file}\t{position}\n".encode()))
        yield from self._shut_down(recovered)
        yield from perform(directory.rename(FILES[0], LOGFILE))
        yield from perform(directory.write(LOGFILE, replace(redo, creator=USED_MARK).encode(directory.size(LOGFILE))))
        if redo.end < checkpoints.to_lsn:  # XB-54
            yield from self._tell("xtrabackup: error: The transaction log file is corrupted.")
            yield from self._tell("xtrabackup: error: The log was not applied to the intended LSN!")
            raise PrepareFailed(
                f"xtrabackup: Log applied to lsn {redo.end}\nxtrabackup: The intended lsn is {checkpoints.to_lsn}"
            )
        self.process.stage = "prepare e"
        kind = "log-applied" if "apply-log-only" in self.options.flags else "full-prepared"
        yield from perform(directory.write(CHECKPOINTS, replace(checkpoints, type=kind).text()))
        self.process.stage = "prepare f"
        for name in directory.names():
            if directory.is_directory(name) and not directory.names(name):
                yield from perform(directory.rmdir(name))
        self._record("prepared", lsn=recovered.lsn)

    def _shut_down(self, recovered: Recovered) -> Run[None]:
        """Stage d: a clean shutdown writes how new the files are into the first page of `ibdata1`."""
        self.process.stage = "prepare d"
        yield from self._tell("xtrabackup: starting shutdown with innodb_fast_shutdown = 1")
        yield from self._tell("InnoDB: Starting shutdown...")
        yield from self.process.sleep(SHUTDOWN_SECONDS)
        recovered.system.flushed_lsn = recovered.lsn
        yield from self.disk.perform(self.directory.write("ibdata1", recovered.system.encode()))
        yield from self.disk.perform(self.directory.unlink("ibtmp1"))
        yield from self._tell(f"InnoDB: Shutdown completed; log sequence number {recovered.lsn}")
        self._lsn = recovered.lsn

    def _start_again(self) -> Run[None]:
        """Stage g: only now are there log files that a server accepts."""
        perform, directory = self.disk.perform, self.directory
        self.process.stage = "prepare g"
        for name in FILES:
            if directory.is_file(name):
                yield from perform(directory.unlink(name))
        yield from self._tell("InnoDB: Setting log file ./ib_logfile101 size to 48 MB")
        yield from self.process.sleep(SECOND_START_SECONDS)
        yield from perform(create_files(directory, self._lsn))
        yield from self._tell("InnoDB: Setting log file ./ib_logfile1 size to 48 MB")
        yield from perform(finish_files(directory))
        yield from self._tell(f"InnoDB: New log files created, LSN={self._lsn}")
        yield from perform(directory.write("ibtmp1", padded(b"", IBTMP1_SIZE), sync=False))
        yield from self._tell("InnoDB: Starting shutdown...")
        yield from perform(directory.unlink("ibtmp1"))
        yield from self._tell(f"InnoDB: Shutdown completed; log sequence number {self._lsn}")

    def _innodb_says(self, line: Log) -> Run[None]:
        yield from self._tell(line.text)

    def _record(self, stage: str, **detail: int) -> None:
        self.process.record("mysql.prepare", self.disk.label, stage=stage, **detail)

    def _tell(self, text: str) -> Run[None]:
        yield from self.process.write(2, f"{text}\n".encode())


def _position(recovered: Recovered) -> str:
    if recovered.system.binlog is None:
        return "0, file name "
    file, position = recovered.system.binlog
    return f"{position}, file name {file}"
