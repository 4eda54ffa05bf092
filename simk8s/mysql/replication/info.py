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
        lines: list[object] = [
            *(_MASTER_LINES, self.log_file, self.log_pos, self.host, self.user, self.password, self.port),
            *(self.connect_retry, 0, "", "", "", "", "", 0, f"{self.heartbeat:.3f}", self.bind, 0, self.uuid),
            *(self.retry_count, "", "", int(self.auto_position), "", ""),
        ]
        return _as_text(lines)


class RelayLogInfo(NamedTuple):
    """Where the applier is: in the relay log, and in the primary's numbering."""

    relay_file: str = ""
    relay_pos: int = 4
    master_file: str = ""
    master_pos: int = 4
    delay: int = 0

    def encode(self) -> bytes:
        lines: list[object] = [
            _RELAY_LINES,
            f"./{self.relay_file}",
            self.relay_pos,
            self.master_file,
            self.master_pos,
            self.delay,
            0,
            1,
            "",
        ]
        return _as_text(lines)


def _as_text(lines: list[object]) -> bytes:
    return ("\n".join(map(str, lines)) + "\n").encode()


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
