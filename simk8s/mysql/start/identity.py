"""`auto.cnf`: the server's UUID, made at the first start (MYSQLD-1)."""

from __future__ import annotations

import re
from collections.abc import Callable

from simk8s.machine.content import dense
from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.start.failure import abort
from simk8s.mysql.step import Log, Steps

_UUID = re.compile(r"^server-uuid=([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$", re.MULTILINE)


def server_uuid(directory: DataDirectory, new_uuid: Callable[[], str]) -> Steps[str]:
    """Read it, or make it. Raises StartFailure where the file holds none."""
    if directory.is_file("auto.cnf"):
        match = _UUID.search(dense(directory.read("auto.cnf")).decode())
        if match is None:
            yield from abort(
                "The server_uuid stored in auto.cnf file is not a valid UUID.",
                "Initialization of the server's UUID failed because it could not be read from the auto.cnf file. If "
                "this is a new server, the initialization failed because it was not possible to generate a new UUID.",
            )
        assert match is not None
        return match[1]
    uuid = new_uuid()
    yield Log(
        "Warning",
        "No existing UUID has been found, so we assume that this is the first time that this server has been started. "
        f"Generating a new UUID: {uuid}.",
    )
    yield from directory.write("auto.cnf", f"[auto]\nserver-uuid={uuid}\n".encode())
    return uuid
