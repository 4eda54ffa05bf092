"""What a server calls its TCP clients: by reverse DNS, checked forwards, remembered by address (MYSQLD-33, SQL-3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import ResolveError
from simk8s.machine.network import name_servers, query, resolve
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process


class HostNames:
    """Names of clients by address. With `enabled` False (skip-name-resolve) a client is its address."""

    def __init__(self, process: Process, *, enabled: bool = True) -> None:
        self.process = process
        self.enabled = enabled
        self._cache: dict[str, str] = {}

    def known(self, address: str) -> str | None:
        """The name of a client as far as nobody has to be asked for it."""
        if not self.enabled:
            return address
        if address.startswith("127.") or address == "::1":
            return "localhost"
        return self._cache.get(address)

    def of(self, address: str) -> Run[str]:
        """The name of a client that is not known yet, or its address where it has none."""
        try:
            name = yield from self._look_up(address)
        except ResolveError:
            return address  # the name server may answer next time
        self._cache[address] = name
        return name

    def forget(self) -> None:
        """FLUSH HOSTS."""
        self._cache.clear()

    def _look_up(self, address: str) -> Run[str]:
        process = self.process
        for line in process.peek("/etc/hosts").decode().splitlines():
            fields = line.split("#")[0].split()
            if len(fields) > 1 and fields[0] == address:
                return fields[1]
        servers = name_servers(process)
        if not servers:
            return address
        reversed_name = ".".join(reversed(address.split("."))) + ".in-addr.arpa"
        answer = yield from query(process, servers[0], reversed_name, "PTR")
        if not answer.records:
            return address
        name = answer.records[0].rstrip(".")
        try:
            addresses = yield from resolve(process, name + ".")
        except ResolveError as error:
            if error.temporary:
                raise
            return address
        return name if address in addresses else address
