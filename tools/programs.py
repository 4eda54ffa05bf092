"""Writes docs/programs.md: every simulated program, its options, and what is refused by name.

Usage: `python -m tools.programs`, or with `--check` to see only whether the page is true.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from unittest import mock

from simk8s.images import default_registry
from simk8s.images.bash import BASH
from simk8s.machine import PROGRAMS, File, Machine, SinkHandle, SourceHandle
from simk8s.machine.filesystem import EXECUTABLE_MAGIC
from simk8s.programs import names_of_programs, options
from simk8s.programs.catalogue import MODULES
from simk8s.sim import Simulation

PAGE = Path(__file__).parents[1] / "docs" / "programs.md"

HEAD = """\
# Programs

Written by `python -m tools.programs`; a test keeps it true.

The programs of a container are found by its image's files. Each is measured against the real one of Debian 12 in
`tests/programs`. What follows is what each takes. What is *refused* is an option that the real program has and simk8s
has not: the program says `option '-Z' is not modelled by simk8s (SK310)` and ends with status 120, never as success.
Where `anything else` is refused, simk8s does not know which other options the real one has. Elsewhere a wrong option is
an error in the real program's own words.

"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A program on the page. `refused` is None where it is anything that is not taken."""

    names: str
    meaning: str
    taken: str
    refused: str | None


def entries() -> dict[str, list[Entry]]:
    """The programs by the folder of their module."""
    found: dict[str, list[Entry]] = defaultdict(list)
    shown = set(names_of_programs())
    for module, names in MODULES.items():
        import_module(f"simk8s.programs.{module}")
        groups: dict[tuple[str, str, str | None], list[str]] = defaultdict(list)
        for name in names.split():
            if name in shown:
                groups[(_meaning(name), *_options(name))].append(name)
        for (meaning, taken, refused), group in groups.items():
            found[module.partition(".")[0]].append(Entry(", ".join(group), meaning, taken, refused))
    return dict(found)


def _meaning(name: str) -> str:
    return (PROGRAMS[name].__doc__ or "").strip().partition("\n")[0]


def _options(name: str) -> tuple[str, str | None]:
    known, unmodelled = options_of(name)
    if known is None:
        return "read in its own way", None
    return _listed(known), None if unmodelled is None else _listed(unmodelled)


def options_of(name: str) -> tuple[str | None, str | None]:
    """What a program gives to the option parser, found by running it with an option that nobody has.

    The first is None where it reads its words itself, the second where it does not say what else there is.
    """
    asked: list[tuple[str, str | None]] = []
    table = options._names

    def spy(known: str, unmodelled: str | None) -> object:
        asked.append((known, unmodelled))
        return table(known, unmodelled)

    machine = Machine(Simulation(), "box", root=BASH.root().copy("box"))
    machine.start(["sleep", "infinity"], env={"PATH": "/usr/bin:/bin"})
    machine.sim.run(machine.sim.env.timeout(1))
    with mock.patch.object(options, "_names", spy):
        sink = SinkHandle(lambda process, data: None)
        argv = [name, "--no-such-option"]
        process = machine.start(argv, env={"PATH": "/usr/bin:/bin"}, stdin=SourceHandle(b""), stdout=sink, stderr=sink)
        machine.sim.run(machine.sim.any_of(process.exited, machine.sim.env.timeout(5)))
    return asked[0] if asked else (None, None)


def _listed(text: str) -> str:
    items = []
    for item in text.split():
        names = item.rstrip(":").split(",")
        value = {0: "", 1: " X", 2: "[X]"}[len(item) - len(item.rstrip(":"))]
        items.append("/".join(f"-{name}" if len(name) == 1 else f"--{name}" for name in names) + value)
    return " ".join(f"`{item}`" for item in items) or "none"


def known_by_name() -> dict[str, list[str]]:
    """Programs that images have and simk8s has not, with the images."""
    found: dict[str, set[str]] = defaultdict(set)
    for image in default_registry().images():
        for path, inode in image.root().walk():
            if isinstance(inode, File) and bytes(inode.content[:64]).startswith(EXECUTABLE_MAGIC + b"unmodelled"):
                found[path.rpartition("/")[2]].add(image.repositories[0].removeprefix("docker.io/library/"))
    return {name: sorted(images) for name, images in sorted(found.items())}


def page() -> str:
    """The whole page."""
    text = HEAD
    for folder, group in entries().items():
        text += f"## {folder.capitalize()}\n\n"
        for entry in sorted(group, key=lambda entry: entry.names):
            text += f"**{entry.names}**: {entry.meaning}\nOptions: {entry.taken}.\n"
            text += f"Refused: {'anything else' if entry.refused is None else entry.refused}.\n\n"
    text += "## Known by name only\n\nThese say `this program is not modelled by simk8s (SK311)` and end with 120.\n\n"
    text += "| program | images |\n| --- | --- |\n"
    for name, images in known_by_name().items():
        text += f"| `{name}` | {', '.join(images)} |\n"
    return text


def main() -> int:
    text = page()
    if "--check" in sys.argv:
        return 0 if PAGE.read_text() == text else 1
    PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
