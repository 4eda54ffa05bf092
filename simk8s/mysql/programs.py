"""Which module holds which program. A module is imported when its program first runs: the server is a large one."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from simk8s.machine import PROGRAMS, Main
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process

MODULES = {
    "mysqld": "server.mysqld",
    "mysql": "client.mysql",
    "mysqladmin": "client.mysqladmin",
    "my_print_defaults": "client.my_print_defaults",
    "mysql_tzinfo_to_sql": "client.time_zone",
    "mysql_ssl_rsa_setup": "client.mysql_ssl_rsa_setup",
    "xtrabackup": "xtrabackup.xtrabackup",
    "xbstream": "xtrabackup.xbstream",
}


def register() -> None:
    """Make the programs known to the machine."""
    for name, module in MODULES.items():
        PROGRAMS.setdefault(name, _promise(name, f"{__package__}.{module}"))


def _promise(name: str, module: str) -> Main:
    def main(process: Process) -> Run[int]:
        import_module(module)
        return PROGRAMS[name](process)

    return main
