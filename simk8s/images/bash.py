"""The default image of `simk8s sh`: bash, every program that simk8s knows, and the names of those it does not know."""

from __future__ import annotations

from simk8s.images.image import Image
from simk8s.images.unix import COREUTILS, ESSENTIAL, PROCPS, ROOT
from simk8s.programs import names_of_programs

_ELSEWHERE = {path.rpartition("/")[2]: path for path in [*ESSENTIAL, *COREUTILS, *PROCPS]}
_UNMODELLED = [path for name, path in _ELSEWHERE.items() if name not in names_of_programs()]

BASH = Image(
    "bash",
    based_on=ROOT,
    links={"/usr/local/bin/bash": "/bin/bash", "/usr/bin/bash": "/bin/bash"},
    programs=["/bin/bash", "/bin/sh", *(_ELSEWHERE.get(name, f"/usr/bin/{name}") for name in names_of_programs())],
    unmodelled=_UNMODELLED,
    files={"/etc/os-release": 'NAME="simk8s"\nID=simk8s\nPRETTY_NAME="simk8s bash"\n'},
    command=["bash"],
    size_bytes=15_000_000,
)

IMAGES = (BASH,)
