"""tsort: an order in which everything comes after what it depends on."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from simk8s.machine import Process, SyscallError
from simk8s.programs.options import UsageError, parse
from simk8s.programs.stream import read_lines, write_lines
from simk8s.programs.tool import Failure, complain, tool
from simk8s.sim import Run


@dataclass(slots=True)
class Item:
    """A word, how many words must still come before it, and which come after it (the last one named first)."""

    waiting: int = 0
    followers: list[str] = field(default_factory=list)


@tool("tsort")
def tsort(process: Process) -> Run[int]:
    """Read pairs of words, and print all words so that the first of each pair comes before the second."""
    options = parse(process.argv, "", unmodelled="")
    if len(options.operands) > 1:
        raise UsageError(f"extra operand '{options.operands[1]}'")
    path = options.operands[0] if options.operands else "-"
    try:
        lines = yield from read_lines(process, path)
    except SyscallError as error:
        raise Failure(f"{path}: {error.text}") from None
    words = " ".join(lines).split()
    if len(words) % 2:
        raise Failure(f"{path}: input contains an odd number of tokens")
    items: dict[str, Item] = {}
    for before, after in zip(words[::2], words[1::2], strict=True):
        first, second = items.setdefault(before, Item()), items.setdefault(after, Item())
        if before != after:
            first.followers.insert(0, after)
            second.waiting += 1
    ordered: list[str] = []
    status = 0
    while len(ordered) < len(items):
        _take_free(items, ordered)
        if len(ordered) < len(items):
            status = 1
            yield from complain(process, f"{path}: input contains a loop:")
            for name in _broken_loop(items, ordered):
                yield from complain(process, name)
    yield from write_lines(process, ordered)
    return status


def _take_free(items: dict[str, Item], ordered: list[str]) -> None:
    done = set(ordered)
    free = deque(sorted(name for name, item in items.items() if not item.waiting and name not in done))
    while free:
        name = free.popleft()
        ordered.append(name)
        for follower in items[name].followers:
            items[follower].waiting -= 1
            if not items[follower].waiting:
                free.append(follower)
        items[name].followers = []


def _broken_loop(items: dict[str, Item], ordered: list[str]) -> list[str]:
    """The words of a loop; its last pair no longer counts."""
    done = set(ordered)
    name = min(name for name in items if name not in done)
    trail: list[str] = []
    while name not in trail:
        trail.append(name)
        name = min(before for before, item in items.items() if before not in done and name in item.followers)
    loop = list(reversed(trail[trail.index(name) :]))
    loop = loop[-1:] + loop[:-1]
    items[loop[-1]].followers.remove(loop[0])
    items[loop[0]].waiting -= 1
    return loop
