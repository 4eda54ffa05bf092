"""The names of what lies inside of a command: the steps by which it changes files on volumes, or rows of a server.

A step is told of before it is done, so its name says what has not happened yet: at `unlink 2` one file is gone and the
next is still there, at `truncated` a redirection has made or emptied its file and nothing is written.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

LASTING = frozenset(
    ("create", "truncate", "write", "append", "splice", "unlink", "rename", "mkdir", "rmdir", "link", "symlink")
)
"""The steps that change what is there after the container's end."""

STATEMENT = "statement"
"""The step of a client that is about to send the next statement of several."""

_MAKING = ("create", "truncate")
_WRITING = ("write", "append", "splice")


@dataclass(slots=True)
class Substeps:
    """The sub-steps of one command, as they come."""

    touched: bool = False
    last: tuple[str, str] = ("", "")
    counts: Counter[str] = field(default_factory=Counter)
    stages: set[str] = field(default_factory=set)

    def name(self, program: str, stage: str, verb: str, object: str) -> str | None:
        """What the next step is called; None where a kill leaves the same as one before the whole command."""
        is_first, last = not self.touched, self.last
        self.touched, self.last = True, (verb, object)
        self.counts[verb] += 1
        if is_first:
            self.counts[self._plain(program, stage, verb, object, last)] += 1
            return None
        name = self._plain(program, stage, verb, object, last)
        self.counts[name] += 1
        count = self.counts[name]
        return name if count == 1 or (name[-1].isdigit() and verb in ("unlink", STATEMENT)) else f"{name} #{count}"

    def _plain(self, program: str, stage: str, verb: str, object: str, last: tuple[str, str]) -> str:
        path = object.partition(":")[2].lstrip("/")
        if verb == STATEMENT:
            return f"{STATEMENT} {self.counts[verb]}"
        if stage:
            return f"{stage}: {verb} {inside(path)}"
        made = last[0] in _MAKING and last[1] == object
        if program == "xbstream":
            if verb == "create":
                return f"file {inside(path)}"
            if verb in _WRITING:
                return f"empty {inside(path)}" if made else f"chunk of {inside(path)}"
        if verb in _WRITING and made:
            return "truncated"
        if verb in ("unlink", "rename"):
            return f"{verb} {self.counts[verb]}"
        return f"{verb} {inside(path)}"


def inside(path: str) -> str:
    """A path in a volume without the `subPath` that a claim's data lies under: its last two parts."""
    return "/".join(path.split("/")[-2:])
