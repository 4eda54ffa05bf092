"""Variables that the shell itself computes: LINENO, RANDOM, SECONDS, FUNCNAME and their like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell import unparse
from simk8s.shell.options import SET_NAMES, SHOPT_NAMES
from simk8s.shell.variables import Dynamic, Meaning, Mirror, Variable

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def _current_command(shell: Shell) -> str:
    command = shell.current_command
    return command if isinstance(command, str) else unparse.command(command, 0)


def install_special(shell: Shell) -> None:
    """Put the computed variables that this kind of shell has into its table."""
    if not shell.dialect.almquist:
        for name, table in _tables(shell):
            shell.names[name] = Mirror(table)
        shell.names.update(COMPUTED)
    for name in _KEPT.get(shell.dialect.name, ()):
        shell.names[name] = COMPUTED[name]


def install_again(shell: Shell) -> None:
    """In the copy of a shell, those that are tables of the shell's own are about the copy."""
    names = shell.names
    for name, table in _tables(shell):
        if type(names.get(name)) is Mirror:
            names[name] = Mirror(table)


def _tables(shell: Shell) -> tuple[tuple[str, dict[str, str]], ...]:
    return ("BASH_ALIASES", shell.aliases), ("BASH_CMDS", shell.hashed)


def _random(shell: Shell) -> str:
    if shell.random_state is None:
        return str(shell.process.sim.choose(32768, f"{shell.process.machine.name}/RANDOM"))
    before = shell.random_number
    while shell.random_number == before:  # bash never gives the same number twice in a row
        shell.random_state = (shell.random_state or 123459876) * 16807 % 0x7FFFFFFF
        shell.random_number = (shell.random_state >> 16 ^ shell.random_state & 0xFFFF) & 0x7FFF
    return str(shell.random_number)


def _seed(shell: Shell, value: str) -> None:
    """After `RANDOM=n` its values are no longer chance, but those of bash's generator (of Park and Miller)."""
    shell.random_state = int(value) & 0xFFFFFFFF if value.lstrip("-").isdecimal() else 0
    shell.random_number = 0


def _long_random(shell: Shell) -> str:
    low = shell.process.sim.choose(65536, f"{shell.process.machine.name}/SRANDOM")
    return str(shell.process.sim.choose(65536, f"{shell.process.machine.name}/SRANDOM") << 16 | low)


def _seconds(shell: Shell) -> str:
    return str(int(shell.process.sim.now - shell.started_at))


def _restart(shell: Shell, value: str) -> None:
    shell.started_at = shell.process.sim.now - (int(value) if value.lstrip("-").isdecimal() else 0)


def _functions(shell: Shell) -> list[str]:
    frames = [frame.name for frame in reversed(shell.table.frames)]
    return frames if frames and any(frame != "source" for frame in frames) else []


def _own_arguments(shell: Shell) -> tuple[str, ...]:
    """The shell's own positional parameters, as they were when BASH_ARGV or BASH_ARGC was first asked for."""
    if shell.own_arguments is None and not shell.in_function:
        shell.own_arguments = tuple(shell.positional)
    return shell.own_arguments or ()


def _argument_counts(shell: Shell) -> list[str]:
    count = len(_own_arguments(shell))
    return [] if shell.own_arguments is None else [str(count)]


def _lines(shell: Shell) -> list[str]:
    return [str(frame.call_line) for frame in reversed(shell.table.frames)]


def _sources(shell: Shell) -> list[str]:
    return [source.name for source in reversed(shell.sources)] + ([shell.source.name] if shell.source.name else [])


def _push_at(shell: Shell, index: int, value: str) -> None:
    if 0 < index <= len(shell.directories):
        shell.directories[index - 1] = value


def _switched_on(shell: Shell, names: tuple[str, ...]) -> str:
    return ":".join(name for name in names if shell.options.get(name))


_MEANINGS: dict[str, Meaning] = {
    "LINENO": Meaning(lambda shell: str(shell.line)),
    "RANDOM": Meaning(_random, write=_seed),
    "SRANDOM": Meaning(_long_random),
    "SECONDS": Meaning(_seconds, write=_restart),
    "EPOCHSECONDS": Meaning(lambda shell: str(int(shell.process.sim.datetime.timestamp()))),
    "EPOCHREALTIME": Meaning(lambda shell: f"{shell.process.sim.datetime.timestamp():.6f}"),
    "BASHPID": Meaning(lambda shell: str(shell.process.pid)),
    "BASH_SUBSHELL": Meaning(lambda shell: str(shell.level - shell.is_stage)),
    "BASH_COMMAND": Meaning(_current_command),
    "BASH_ARGC": Meaning(array=_argument_counts),
    "BASH_ARGV": Meaning(array=lambda shell: list(reversed(_own_arguments(shell)))),
    "HISTCMD": Meaning(lambda shell: str(len(shell.history))),
    "FUNCNAME": Meaning(array=_functions),
    "BASH_LINENO": Meaning(array=_lines),
    "BASH_SOURCE": Meaning(array=_sources),
    "PIPESTATUS": Meaning(array=lambda shell: [str(status) for status in shell.pipe_statuses]),
    "DIRSTACK": Meaning(array=lambda shell: [shell.process.cwd, *shell.directories], write_element=_push_at),
    "SHELLOPTS": Meaning(lambda shell: _switched_on(shell, SET_NAMES), readonly=True),
    "BASHOPTS": Meaning(lambda shell: _switched_on(shell, SHOPT_NAMES), readonly=True),
    "_": Meaning(lambda shell: shell.last_argument),
    "GROUPS": Meaning(array=lambda shell: [str(shell.process.gid)]),
}

COMPUTED: dict[str, Variable] = {name: Dynamic(meaning) for name, meaning in _MEANINGS.items()}
"""All shells have the same ones; one that changes its attributes gets its own (see `Table.own`)."""

_KEPT = {"ash": ("LINENO", "RANDOM", "SRANDOM", "EPOCHSECONDS", "EPOCHREALTIME")}
"""What the ash family has of them; dash has none."""
