"""Variables that the shell itself computes: LINENO, RANDOM, SECONDS, FUNCNAME and their like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell.options import SET_NAMES, SHOPT_NAMES
from simk8s.shell.variables import Dynamic

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

ALWAYS = frozenset(["LINENO", "RANDOM", "SECONDS", "PIPESTATUS", "FUNCNAME"])


def install_special(shell: Shell, *, again: bool = False) -> None:
    """Put the computed variables into the shell's table. `again`: only those that its parent still had."""
    names = shell.names
    sim = shell.process.sim

    def random() -> str:
        return str(shell.process.sim.choose(32768, f"{shell.process.machine.name}/RANDOM"))

    def long_random() -> str:
        low = shell.process.sim.choose(65536, f"{shell.process.machine.name}/SRANDOM")
        return str(shell.process.sim.choose(65536, f"{shell.process.machine.name}/SRANDOM") << 16 | low)

    def seconds() -> str:
        return str(int(sim.now - shell.started_at))

    def restart(value: str) -> None:
        shell.started_at = sim.now - (int(value) if value.lstrip("-").isdecimal() else 0)

    def functions() -> list[str]:
        frames = [frame.name for frame in reversed(shell.table.frames)]
        return frames if frames and any(frame != "source" for frame in frames) else []

    def lines() -> list[str]:
        return [str(frame.call_line) for frame in reversed(shell.table.frames)]

    def sources() -> list[str]:
        return [source.name for source in reversed(shell.sources)] + ([shell.source.name] if shell.source.name else [])

    def push_at(index: int, value: str) -> None:
        if 0 < index <= len(shell.directories):
            shell.directories[index - 1] = value

    special: dict[str, Dynamic] = {
        "LINENO": Dynamic(lambda: str(shell.line), write=_ignore),
        "RANDOM": Dynamic(random, write=_ignore),
        "SRANDOM": Dynamic(long_random, write=_ignore),
        "SECONDS": Dynamic(seconds, write=restart),
        "EPOCHSECONDS": Dynamic(lambda: str(int(sim.datetime.timestamp())), write=_ignore),
        "EPOCHREALTIME": Dynamic(lambda: f"{sim.datetime.timestamp():.6f}", write=_ignore),
        "BASHPID": Dynamic(lambda: str(shell.process.pid), write=_ignore),
        "BASH_SUBSHELL": Dynamic(lambda: str(shell.level), write=_ignore),
        "BASH_COMMAND": Dynamic(lambda: shell.current_command, write=_ignore),
        "FUNCNAME": Dynamic(array=functions, write=_ignore),
        "BASH_LINENO": Dynamic(array=lines, write=_ignore),
        "BASH_SOURCE": Dynamic(array=sources, write=_ignore),
        "PIPESTATUS": Dynamic(array=lambda: [str(status) for status in shell.pipe_statuses], write=_ignore),
        "DIRSTACK": Dynamic(
            array=lambda: [shell.process.cwd, *shell.directories], write=_ignore, write_element=push_at
        ),
        "SHELLOPTS": Dynamic(lambda: _switched_on(shell, SET_NAMES)),
        "BASHOPTS": Dynamic(lambda: _switched_on(shell, SHOPT_NAMES)),
        "GROUPS": Dynamic(array=lambda: [str(shell.process.gid)], write=_ignore),
    }
    if shell.dialect.almquist:
        kept = ("LINENO", "RANDOM", "SRANDOM", "EPOCHSECONDS", "EPOCHREALTIME") if shell.dialect.name == "ash" else ()
        special = {name: special[name] for name in kept}
    for name, variable in special.items():
        if not again or isinstance(names.get(name), Dynamic):
            names[name] = variable


def _switched_on(shell: Shell, names: tuple[str, ...]) -> str:
    return ":".join(name for name in names if shell.options.get(name))


def _ignore(value: str) -> None:
    """What is assigned to these has no effect."""
