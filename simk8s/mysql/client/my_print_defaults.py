"""`my_print_defaults`: what the option files say for some groups, a word a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import program
from simk8s.mysql.client.option_file import BadOptionFile, load_defaults
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process


@program("my_print_defaults")
def my_print_defaults(process: Process) -> Run[int]:
    """Print the options of the groups that the command line names."""
    groups = [word for word in process.argv[1:] if not word.startswith("-")]
    options = [
        word.replace("-c", "--defaults-file=", 1) if word.startswith("-c") else word for word in process.argv[1:]
    ]
    try:
        defaults = load_defaults(process, groups, [word for word in options if word.startswith("--defaults")])
    except BadOptionFile as error:
        yield from process.write(2, f"{error}\n".encode())
        return 1
    for word in defaults.from_files:
        yield from process.print(word)
    return 0
