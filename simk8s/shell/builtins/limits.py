"""`ulimit`: limits are kept and shown, soft and hard; nothing in the simulation runs into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell.builtins.registry import builtin
from simk8s.shell.builtins.usage import UsageError
from simk8s.shell.control import BuiltinError
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

_RESOURCES: dict[str, tuple[str, str, str, str]] = {  # what it is called, its unit, and what a container starts with
    "R": ("real-time non-blocking time", "microseconds", "unlimited", "unlimited"),
    "c": ("core file size", "blocks", "0", "unlimited"),
    "d": ("data seg size", "kbytes", "unlimited", "unlimited"),
    "e": ("scheduling priority", "", "0", "0"),
    "f": ("file size", "blocks", "unlimited", "unlimited"),
    "i": ("pending signals", "", "31207", "31207"),
    "l": ("max locked memory", "kbytes", "8192", "8192"),
    "m": ("max memory size", "kbytes", "unlimited", "unlimited"),
    "n": ("open files", "", "1048576", "1048576"),
    "p": ("pipe size", "512 bytes", "8", "8"),
    "q": ("POSIX message queues", "bytes", "819200", "819200"),
    "r": ("real-time priority", "", "0", "0"),
    "s": ("stack size", "kbytes", "8192", "unlimited"),
    "t": ("cpu time", "seconds", "unlimited", "unlimited"),
    "u": ("max user processes", "", "unlimited", "unlimited"),
    "v": ("virtual memory", "kbytes", "unlimited", "unlimited"),
    "x": ("file locks", "", "unlimited", "unlimited"),
}


@builtin("ulimit")
def ulimit(shell: Shell, words: list[str]) -> Run[int]:
    modes, wanted, everything = _parse(words)
    if everything:
        wanted = [(letter, None) for letter in _RESOURCES]
    lines = []
    for letter, value in wanted:
        if value is not None:
            _set(shell, letter, value, modes or {"S", "H"})
            continue
        name, unit, _, _ = _RESOURCES[letter]
        shown = _get(shell, letter, hard="S" not in modes and "H" in modes)
        label = f"({unit}, -{letter})" if unit else f"(-{letter})"
        lines.append(f"{name:<20}{label:>20} {shown}\n" if everything or len(wanted) > 1 else f"{shown}\n")
    yield from shell.process.write(1, "".join(lines).encode())
    return 0


def _parse(words: list[str]) -> tuple[set[str], list[tuple[str, str | None]], bool]:
    """Whether soft or hard limits are meant, the resources with what they are to be, and whether all are to be shown.

    A resource's letter takes the rest of its word as the value, or the next word unless that is an option.
    """
    modes: set[str] = set()
    wanted: list[tuple[str, str | None]] = []
    everything = False
    index = 1
    while index < len(words) and words[index].startswith("-") and len(words[index]) > 1:
        letters = words[index][1:]
        index += 1
        if letters == "-":
            break
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in "SH":
                modes.add(letter)
            elif letter == "a":
                everything = True
            elif letter not in _RESOURCES:
                raise UsageError("ulimit", f"-{letter}: invalid option")
            else:
                value: str | None = letters or None
                if value is None and index < len(words) and not words[index].startswith("-"):
                    value = words[index]
                    index += 1
                wanted.append((letter, value))
                letters = ""
    if not wanted:
        wanted = [("f", words[index] if index < len(words) else None)]
    return modes, wanted, everything


def _get(shell: Shell, letter: str, *, hard: bool) -> str:
    return shell.limits.get(letter, _RESOURCES[letter][2:])[hard]


def _set(shell: Shell, letter: str, text: str, modes: set[str]) -> None:
    """Set one limit. Raises BuiltinError: a soft limit cannot be beyond the hard one, nor that be raised."""
    soft, hard = _get(shell, letter, hard=False), _get(shell, letter, hard=True)
    if text not in ("unlimited", "hard", "soft") and not text.isdecimal():
        raise BuiltinError(f"{text}: invalid number")
    value = {"hard": hard, "soft": soft}.get(text, text)
    new_soft = value if "S" in modes else soft
    new_hard = value if "H" in modes else hard
    if letter == "p" or _beyond(new_soft, new_hard):
        raise BuiltinError(f"{_RESOURCES[letter][0]}: cannot modify limit: Invalid argument")
    if _beyond(new_hard, hard):
        raise BuiltinError(f"{_RESOURCES[letter][0]}: cannot modify limit: Operation not permitted")
    shell.limits[letter] = (new_soft, new_hard)


def _beyond(one: str, other: str) -> bool:
    return other != "unlimited" and (one == "unlimited" or int(one) > int(other))
