"""What every network client does: a name becomes addresses, one of them a connection."""

from __future__ import annotations

from simk8s.machine import Errno, Process, SocketHandle, SyscallError
from simk8s.sim import Run


def connect_first(process: Process, host: str, port: int, timeout_seconds: float | None = None) -> Run[SocketHandle]:
    """Connect to the first address of a name that answers. Raises ResolveError or SyscallError (the last one)."""
    addresses = yield from process.resolve(host)
    last = SyscallError(Errno.ECONNREFUSED)
    for address in addresses:
        try:
            return (yield from process.connect(address, port, timeout_seconds))
        except SyscallError as error:
            last = error
    raise last


def port_number(text: str) -> int | None:
    """A port given by number or by the name of a well-known service; None where it is neither."""
    if text.isdecimal():
        return int(text) if 0 < int(text) < 65536 else None
    return {"http": 80, "https": 443, "mysql": 3306, "ssh": 22, "domain": 53}.get(text)
