"""`master.info` and `relay-log.info`: what a replica remembers across restarts (REPL-37)."""

from __future__ import annotations

from typing import NamedTuple

from simk8s.machine.content import Content, dense

MASTER_INFO = "master.info"
RELAY_LOG_INFO = "relay-log.info"
_MASTER_LINES = 25
_RELAY_LINES = 7


class MasterInfo(NamedTuple):
    """Where the receiver is and how it connects. Seconds for `connect_retry` and `heartbeat`."""

    log_file: str = ""
    log_pos: int = 4
    host: str = ""
    user: str = ""
    password: str = ""
    port: int = 3306
    connect_retry: int = 60
    heartbeat: float = 30.0
    bind: str = ""
    uuid: str = ""
    retry_count: int = 86400
    auto_position: bool = False

    def encode(self) -> bytes:
        return (
            f"{_MASTER_LINES}\n{self.log_file}\n{self.log_pos}\n{self.host}\n{self.user}\n{self.password}\n{self.port}\n"
            f"{self.connect_retry}\n0\n\n\n\n\n\n0\n{self.heartbeat:.3f}\n{self.bind}\n0\n{self.uuid}\n"
            f"{self.retry_count}\n\n\n{self.auto_position:d}\n\n\n"
        ).encode()


class RelayLogInfo(NamedTuple):
    """Where the applier is: in the relay log, and in the primary's numbering."""

    relay_file: str = ""
    relay_pos: int = 4
    master_file: str = ""
    master_pos: int = 4
    delay: int = 0

    def encode(self) -> bytes:
        return (
            f"{_RELAY_LINES}\n./{self.relay_file}\n{self.relay_pos}\n{self.master_file}\n{self.master_pos}\n"
            f"{self.delay}\n0\n1\n\n"
        ).encode()


def decode_master_info(content: Content) -> MasterInfo:
    """Raises ValueError where the file is not complete: a kill left it empty or cut."""
    lines = _lines(content, _MASTER_LINES)
    return MasterInfo(
        log_file=lines[1],
        log_pos=int(lines[2]),
        host=lines[3],
        user=lines[4],
        password=lines[5],
        port=int(lines[6]),
        connect_retry=int(lines[7]),
        heartbeat=float(lines[15]),
        bind=lines[16],
        uuid=lines[18],
        retry_count=int(lines[19]),
        auto_position=lines[22] == "1",
    )


def decode_relay_log_info(content: Content) -> RelayLogInfo:
    """Raises ValueError where the file is not complete."""
    lines = _lines(content, _RELAY_LINES)
    return RelayLogInfo(lines[1].removeprefix("./"), int(lines[2]), lines[3], int(lines[4]), int(lines[5]))


def _lines(content: Content, count: int) -> list[str]:
    lines = dense(content).decode().split("\n")
    if len(lines) < count or not lines[0].isdigit():
        raise ValueError("not a replication info file")
    return lines
