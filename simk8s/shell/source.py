"""Where the commands come from that a shell reads."""

from __future__ import annotations

from simk8s.machine.machine import TextPlace


class Source:
    """What the shell is reading commands from: a text with a name, and its place in BASH_SOURCE."""

    __slots__ = ("name", "place", "script")

    def __init__(self, name: str, script: str, place: TextPlace | None = None) -> None:
        self.name = name  # for BASH_SOURCE and messages; empty under -c
        self.script = script  # for history
        self.place = place  # where a person wrote the text, as far as the machine knows
