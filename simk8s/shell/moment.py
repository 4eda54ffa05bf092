"""What holds for the command that a shell runs just now: the guards around it, and what it is to its process."""

from __future__ import annotations

from dataclasses import dataclass

from simk8s.shell.syntax.nodes import Command, Redirection

UNGUARDED = (0, 0, 0)


@dataclass(slots=True)
class Moment:
    """The flags of the moment. Whoever sets one for what it runs puts it back afterwards."""

    guarded: int = 0
    """> 0: a failure does not count for `set -e` and the ERR trap."""
    inverted: int = 0
    """How many of those guards are a `!` in front of a compound command."""
    excused: int = 0
    """How many are for the simple command that runs now, not for what it calls."""
    whole: Command | None = None
    """The command that is all of this subshell."""
    lasting: tuple[Redirection, ...] = ()
    """Its redirections, if an EXIT trap runs with them."""
    unopened: tuple[Redirection, ...] = ()
    """Those of the compound command that last failed to open a file."""
    evaluations: int = 0
    """The texts inside texts (`-c`, eval, source) whose commands this process runs."""
    redirected: int = 0
    """The simple commands (functions, eval) around this one that have redirections."""
    resting_line: int = 0
    """The line of what stands around simple commands, for failed redirections; 0: the command's own."""

    @property
    def failures_count(self) -> bool:
        """For `set -e` and the ERR trap."""
        return self.guarded == self.inverted

    @property
    def guards(self) -> tuple[int, int, int]:
        return self.guarded, self.inverted, self.excused

    @guards.setter
    def guards(self, guards: tuple[int, int, int]) -> None:
        self.guarded, self.inverted, self.excused = guards

    def of_child(self) -> Moment:
        """What a subshell starts with: a process in which nothing has begun, behind the same guards."""
        return Moment(
            self.guarded, self.inverted + self.excused, unopened=self.unopened, resting_line=self.resting_line
        )
