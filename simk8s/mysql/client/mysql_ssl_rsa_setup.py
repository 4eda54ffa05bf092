"""`mysql_ssl_rsa_setup`: makes the eight key and certificate files of a data directory (MYSQLD-13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import SyscallError, program
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process

FILES = (
    "ca-key.pem", "ca.pem", "server-key.pem", "server-cert.pem", "client-key.pem", "client-cert.pem", "private_key.pem",
    "public_key.pem",
)  # fmt: skip


def pem(name: str) -> bytes:
    """A stand-in for a key or certificate: nothing here is ever encrypted (SIM)."""
    kind = (
        "CERTIFICATE" if "cert" in name or name == "ca.pem" else "PUBLIC KEY" if "public" in name else "RSA PRIVATE KEY"
    )
    return f"-----BEGIN {kind}-----\nsimulated {name}\n-----END {kind}-----\n".encode()


@program("mysql_ssl_rsa_setup")
def mysql_ssl_rsa_setup(process: Process) -> Run[int]:
    """Make the files that are not there yet, in `--datadir`."""
    directory = "/var/lib/mysql"
    for word in process.argv[1:]:
        name, _, value = word.partition("=")
        if name in ("--datadir", "-d"):
            directory = value
    if process.exists(f"{directory}/server-key.pem"):
        return 0
    try:
        for name in FILES:
            yield from process.write_file(f"{directory}/{name}", pem(name), mode=0o600 if "key" in name else 0o644)
    except SyscallError as error:
        yield from process.complain(f"[ERROR] {error}")
        return 1
    return 0
