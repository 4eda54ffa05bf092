"""From an error inside a container to the line of the manifest in which its script was written."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from simk8s.errors import Place, SimError

if TYPE_CHECKING:
    from simk8s.cluster.wiring import World

_COMMAND_LINE = ("-c", "script")
"""What stands for the file of a script that was given to a shell as an argument."""


def located(error: SimError, world: World) -> SimError:
    """The same error with its place in a manifest, or at least with the container that it comes from."""
    if not error.machine or error.place is None:
        return error
    script = _script(error, error.place.file, world)
    container = error.machine.rpartition("/")[2]
    found = world.access.sources.find(script, container) if script else None
    error.message += f" (in {error.machine})"
    if found is not None:
        error.place = found.at(error.place.line or 1, error.place.column or 1)
    elif script and error.place.file not in _COMMAND_LINE:  # a file of the image
        error.place = Place(f"{error.machine}:{error.place.file}", error.place.line, error.place.column)
    error.machine = ""  # told
    return error


def _script(error: SimError, file: str, world: World) -> str:
    """The text that the line numbers are about: an argument of the shell, or a file in its container.

    Empty where the place is a manifest's already, since no container has that file.
    """
    if file in _COMMAND_LINE:
        options = list(takewhile(lambda word: word.startswith("-"), error.argv[1:]))
        rest = error.argv[1 + len(options) :]
        if not rest:
            return ""
        if any(option.endswith("c") and not option.startswith("--") for option in options):
            return rest[0]
        file = rest[0]
    *above, pod, container = ["default", *error.machine.split("/")][-3:]
    content = world.read_file(above[0], pod, container, file)
    return content.decode(errors="replace") if content is not None else ""
