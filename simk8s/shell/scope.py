"""What names mean in a shell, with dynamic scope.

There is one table of what each name means now. A function that makes a name local puts the outer meaning aside in
its frame and back when it returns, so every lookup is one dictionary access.
"""

from __future__ import annotations

from functools import lru_cache

from simk8s.shell.hashing import by_hash
from simk8s.shell.options import Options
from simk8s.shell.variables import Variable


class Frame:
    """What a function call put aside: the outer meanings of its local names.

    `temporary` has those of the names that were assigned in front of the call.
    """

    __slots__ = ("call_line", "name", "options", "saved", "source", "temporary")

    def __init__(
        self, name: str, source: str, call_line: int, temporary: dict[str, Variable | None] | None = None
    ) -> None:
        self.name = name
        self.source = source
        self.call_line = call_line
        self.temporary = temporary or {}
        self.saved: dict[str, Variable | None] = {}
        self.options: Options | None = None  # those to return to, after `local -`

    def copy(self) -> Frame:
        twin = Frame(self.name, self.source, self.call_line)
        twin.saved = dict(self.saved)
        twin.temporary = dict(self.temporary)
        twin.options = self.options
        return twin


class Table:
    """Names and what they mean now.

    A subshell starts with the same variables. Both sides ask for a variable to be changed (`own`): one that was there
    when a subshell began is then copied first.
    """

    __slots__ = ("_mark", "_shared", "frames", "inherited", "names")

    def __init__(self) -> None:
        self.names: dict[str, Variable] = {}
        self.frames: list[Frame] = []
        self.inherited = 0  # so many are calls of the shell that this one is a subshell of
        self._shared = 0  # so many of the outer frames belong to other shells too, and are copied before they change
        self._mark = object()  # what is marked with it, no other shell has

    def copy(self) -> Table:
        """For a subshell."""
        twin = Table()
        twin.names = dict(self.names)
        self._mark = object()
        twin.frames = list(self.frames)
        twin.inherited = len(self.frames)
        twin._shared = self._shared = len(self.frames)
        return twin

    def own(self, name: str) -> Variable:
        """What a name means, to be changed; made if it means nothing yet."""
        return self.own_in(self.names, name)

    def own_in(self, holder: dict[str, Variable | None] | dict[str, Variable], name: str) -> Variable:
        """The same for what it means elsewhere: outside of a function, or of a command."""
        variable = holder.get(name)
        if variable is None or variable.owner is not self._mark:
            variable = holder[name] = Variable() if variable is None else variable.copy()
            variable.owner = self._mark
        return variable

    def frame(self, index: int = -1) -> Frame:
        """A frame to be changed."""
        index %= len(self.frames)
        frame = self.frames[index]
        if index < self._shared:
            frame = self.frames[index] = frame.copy()
        return frame

    def push(self, frame: Frame) -> None:
        self.frames.append(frame)

    def pop(self) -> Frame:
        """Leave a function: its local names mean again what they meant outside."""
        frame = self.frames.pop()
        if self._shared > len(self.frames):
            self._shared = len(self.frames)
        names = self.names
        for meanings in (frame.saved, frame.temporary):
            for name, outer in meanings.items():
                inner = names.get(name)
                if inner is None or inner.given != "stays":
                    self._uncover(name, outer)
        return frame

    def forget_locals(self) -> None:
        """What is local to the functions that run now means again what it means outside of them."""
        for index in range(len(self.frames) - 1, -1, -1):
            frame = self.frame(index)
            for meanings in (frame.saved, frame.temporary):
                for name, outer in meanings.items():
                    self._uncover(name, outer)
                meanings.clear()

    def _uncover(self, name: str, outer: Variable | None) -> None:
        if outer is None:
            self.names.pop(name, None)
        else:
            self.names[name] = outer

    def make_local(self, name: str) -> None:
        """A fresh variable for this function; what the name meant outside is put aside."""
        frame = self.frame()
        outer = self.names.get(name)
        if name in frame.saved:
            return
        frame.saved[name] = outer
        if name in frame.temporary and outer is not None:  # it takes over what was assigned in front of the call
            fresh = outer.copy()
        else:
            fresh = Variable(exported=outer is not None and outer.exported)
        fresh.owner = self._mark
        self.names[name] = fresh

    def is_local(self, name: str) -> bool:
        """Whether the innermost function has made this name its own."""
        return bool(self.frames) and name in self.frames[-1].saved

    def in_order(self, meanings: dict[str, Variable]) -> list[str]:
        """Names as bash walks its tables: what is assigned for a command, what is local, and the rest, each by hash."""
        for_command = [name for name, variable in meanings.items() if variable.given == "call"]
        result = by_hash(for_command, 4) if for_command else []
        left = [name for name in meanings if name not in for_command] if for_command else list(meanings)
        for frame in reversed(self.frames):
            if frame.saved and not frame.saved.keys().isdisjoint(left):
                local = [name for name in left if name in frame.saved]
                result += by_hash(local, 4)
                left = [name for name in left if name not in local]
        return result + _in_global_table(tuple(left))

    def at_global(self, name: str) -> tuple[dict[str, Variable], Variable | None]:
        """The table entry that the name has outside all functions."""
        for index, frame in enumerate(self.frames):
            if name in frame.temporary or name in frame.saved:
                frame = self.frame(index)
                aside = frame.temporary if name in frame.temporary else frame.saved
                return aside, aside[name]  # type: ignore[return-value]
        return self.names, self.names.get(name)

    def unset(self, name: str) -> None:
        """Forget a name. One that is local here stays local without a value; else what it hides is uncovered."""
        if not self.frames:
            self.names.pop(name, None)
            return
        if name in self.frames[-1].saved:
            self.names[name] = Variable()
            return
        for index in range(len(self.frames) - 1, -1, -1):
            frame = self.frames[index]
            if name in frame.saved or name in frame.temporary:
                frame = self.frame(index)
                self._uncover(name, (frame.saved if name in frame.saved else frame.temporary).pop(name))
                return
        self.names.pop(name, None)


@lru_cache(maxsize=256)  # each child's environment is in this order, and most have the same names in it
def _in_global_table(names: tuple[str, ...]) -> list[str]:
    return by_hash(names, 1024)
