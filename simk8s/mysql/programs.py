"""Which module holds which program. A module is imported when its program first runs: the server is a large one."""

from __future__ import annotations

from simk8s.programs.catalogue import promise

MODULES = {
    "server.mysqld": "mysqld",
    "client.mysql": "mysql",
    "client.mysqladmin": "mysqladmin",
    "client.my_print_defaults": "my_print_defaults",
    "client.time_zone": "mysql_tzinfo_to_sql",
    "client.mysql_ssl_rsa_setup": "mysql_ssl_rsa_setup",
    "xtrabackup.xtrabackup": "xtrabackup",
    "xtrabackup.xbstream": "xbstream",
}
"""Module below this package -> name of its program."""


def register() -> None:
    """Make the programs known to the machine."""
    for module, name in MODULES.items():
        promise(f"{__package__}.{module}", name)
