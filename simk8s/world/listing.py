"""The script of a container as a debugger shows it: which line runs, which have run, what the variables are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from simk8s.api.script_place import ScriptPlace
from simk8s.images import Registry
from simk8s.images.image import Image
from simk8s.machine import File
from simk8s.sim import Record
from simk8s.world.index import Index, between
from simk8s.world.state import Process, World
from simk8s.world.written import Written

State = Literal["running", "ran", "ahead"]


@dataclass(frozen=True, slots=True)
class ListingLine:
    """A line of a script. `number` is its own, `at` that in the manifest (0: no manifest has it), `times` how often."""

    number: int
    at: int
    text: str
    state: State = "ahead"
    times: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """A script at a moment. `file` is the manifest, or the script's own path; `program` what it has become by `exec`.

    `process` is the shell's label, empty while none runs. Without `lines` nobody knows the text.
    """

    machine: str
    file: str = ""
    script: str = ""
    lines: tuple[ListingLine, ...] = ()
    process: str = ""
    program: str = ""
    variables: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)

    @property
    def running(self) -> ListingLine | None:
        """The line that runs."""
        return next((line for line in self.lines if line.state == "running"), None)


def listing(index: Index, world: World, machine: str, written: Written, images: Registry) -> Listing:
    """The script that a container's main process runs, or ran last, at the moment of `world`."""
    created = index.attempt(machine, world.seq)
    if created is None:
        return Listing(machine)
    commands = between(index.commands.get(machine, ()), created.seq, world.seq)
    main = world.processes.get(f"{machine}[1]")
    script = commands[0].object if commands else _before_the_first(created, written, machine)
    text = _text(script, created, world, images)
    place = written.sources.find(text, machine.rpartition("/")[2])
    commands = [record for record in commands if record.object == script and _is_of(record, place)]
    now = _running(commands, world, machine)
    counts = Counter(int(record.detail["line"]) for record in commands)
    lines = tuple(
        ListingLine(
            number,
            place.at(number).line if place else 0,
            line,
            "running" if now is not None and now.detail["line"] == number else "ran" if number in counts else "ahead",
            counts[number],
        )
        for number, line in enumerate(text.splitlines(), 1)
    )
    shell = _shell(world, machine, script)
    return Listing(
        machine,
        place.place.file if place else script,
        script,
        lines,
        shell.label if shell else "",
        " ".join(main.argv) if main is not None and main.script is None and commands else "",
        shell.script.variables if shell is not None and shell.script is not None else {},
    )


def _is_of(record: Record, place: ScriptPlace | None) -> bool:
    """Whether a command belongs to this script, and not to another one that was given to a shell with -c, too."""
    if place is None:
        return record.object != "-c" or record.detail.get("pid") == 1
    return str(record.detail.get("place", "")) == str(place.at(record.detail["line"], record.detail["column"]))


def _before_the_first(created: Record, written: Written, machine: str) -> str:
    """The script that is going to run, before it has begun."""
    argv = created.detail.get("argv", [])
    return "-c" if len(argv) > 2 and argv[1] == "-c" else ""


def _text(script: str, created: Record, world: World, images: Registry) -> str:
    argv = created.detail.get("argv", [])
    if script == "-c":
        option = next((n for n, word in enumerate(argv) if word.startswith("-") and word.endswith("c")), None)
        return str(argv[option + 1]) if option is not None and option + 1 < len(argv) else ""
    if not script:
        return ""
    layer = world.filesystems.get(created.detail.get("root", ""))
    inode = layer.files.get(script) if layer is not None else None
    if inode is not None:
        return bytes(inode.content).decode(errors="replace")
    image: Image | None = images.find(created.detail.get("image", ""))
    found = image.root().find(script) if image is not None else None
    return bytes(found.content).decode(errors="replace") if isinstance(found, File) else ""


def _running(commands: list[Record], world: World, machine: str) -> Record | None:
    """The last command, while the container's main process is there: it waits in it, or has become it."""
    if not commands or f"{machine}[1]" not in world.processes:
        return None
    return commands[-1]


def _shell(world: World, machine: str, script: str) -> Process | None:
    shells = [
        process
        for process in world.processes.values()
        if process.machine == machine and process.script is not None and process.script.script in (script, "")
    ]
    return next((shell for shell in shells if shell.pid == 1), shells[0] if shells else None)
