"""Names for temporary files: free, and the same in every run with the same choices."""

from __future__ import annotations

import re

from simk8s.machine import Process

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def unused_name(process: Process, template: str, label: str) -> str:
    """`template` with its last run of three or more X replaced, so that nothing has that name yet.

    One choice a name. Raises ValueError where the template has too few X.
    """
    runs = list(re.finditer(r"X{3,}", template.rpartition("/")[2]))
    if not runs:
        raise ValueError(template)
    offset = template.rfind("/") + 1
    start, end = runs[-1].start() + offset, runs[-1].end() + offset
    drawn = min(end - start, 10)
    while True:
        number = process.sim.choose(len(_LETTERS) ** drawn, label)
        letters = ""
        for _ in range(end - start):
            letters += _LETTERS[number % len(_LETTERS)]
            number //= len(_LETTERS)
        name = template[:start] + letters + template[end:]
        if not process.exists(name, follow=False):
            return name
