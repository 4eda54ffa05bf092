"""A shell: everything that one shell process knows. A subshell starts as a copy of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.errors import Place
from simk8s.machine import Process, SyscallError
from simk8s.shell.control import ExitShell
from simk8s.shell.message import in_ash_words
from simk8s.shell.moment import Moment
from simk8s.shell.options import Options
from simk8s.shell.scope import Table
from simk8s.shell.source import Source
from simk8s.shell.special import install_again, install_special
from simk8s.shell.syntax.dialect import BASH, Dialect
from simk8s.shell.syntax.nodes import Command, FunctionDefinition
from simk8s.shell.variables import Variable
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.builtins.completion import Completion
    from simk8s.shell.job import Job


class Shell:
    """State of one shell process. Functions of the other modules act on it; its own methods are small questions."""

    def __init__(self, process: Process, name: str, dialect: Dialect = BASH) -> None:
        self.process: Process = process
        self.dialect = dialect
        self.name = name  # $0
        self.options = Options()
        self.table = Table()
        self.names = self.table.names
        self.functions: dict[str, FunctionDefinition] = {}
        self.function_sources: dict[str, Source] = {}
        self.in_front: dict[str, Variable | None] = {}  # what names meant that are assigned in front of this built-in
        self.exported_functions: set[str] = set()
        self.readonly_functions: set[str] = set()
        self.traced_functions: set[str] = set()
        self.aliases: dict[str, str] = {}
        self.hashed: dict[str, str] = {}
        self.hits: dict[str, int] = {}
        self.hashed_for: str | None = None  # the PATH on which they were found
        self.disabled: set[str] = set()  # built-ins that `enable -n` has switched off
        self.completions: dict[str, Completion] = {}
        self.history: list[str] = []
        self.positional: list[str] = []
        self.own_arguments: tuple[str, ...] | None = None  # for BASH_ARGV
        self.positional_set = False  # by `set`, since a sourced file began
        self.status = 0
        self.substitution_status: int | None = None
        self.pipe_statuses: list[int] = []
        self.last_argument: str = ""
        self.background_pid: int | None = None
        self.line: int = 1
        self.line_shift = 0  # bash counts the lines of a command substitution from where its command ends
        self.source = Source("", "-c")
        self.sources: list[Source] = []
        self.traps: dict[str, str] = {}
        self.ignored_from_start = frozenset(n for n, way in process.dispositions.items() if way == "ignore")
        self.exiting = False  # the EXIT trap has begun: it runs once
        self.pending: list[int] = []
        self.remarks: list[Run[None]] = []  # what expressions complained about, not yet printed
        self.dying: int | None = None  # the signal that ends this shell as soon as its EXIT trap has run
        self.input_given = False  # a pipe or redirection of the parent's is standard input
        self.own_input = process.files.get(0)  # what it was when this shell began
        self.inherited_jobs: list[Job] = []  # what `jobs` shows in a subshell
        self.inherited_traps: dict[str, str] = {}  # what `trap -p` shows in a subshell
        self.active_traps: list[str] = []
        self.status_before_trap: int | None = None  # what `exit` and `return` in a trap end with
        self.jobs: list[Job] = []
        self.substituting: dict[int, Process] = {}  # process substitutions that `wait` may ask for, by process id
        self.finished: dict[int, int] = {}  # statuses of jobs that were waited for, by process id
        self.moment = Moment()
        self.loops = 0
        self.level: int = 0  # BASH_SUBSHELL,
        self.is_stage: bool = False  # which does not count the process of a simple command or `( )` in a pipeline
        self.trace_depth = 0
        self.main_pid = process.pid
        self.started_at = process.sim.now
        self.random_state: int | None = None  # of bash's generator, once a script has seeded it,
        self.random_number = 0  # and what that gave last
        self.directories: list[str] = []  # pushd's stack, without the working directory
        self.current_command: str | Command = ""  # BASH_COMMAND
        self.announced = ""  # the text of the command that was told of last,
        self.announced_before: object = None  # and the command itself where this shell told of it for a child
        self.option_index = 1  # where getopts stands inside an argument,
        self.option_word = 1  # and in which one
        self.limits: dict[str, tuple[str, str]] = {}  # what ulimit was told: soft and hard
        self.substituted_files: list[int] = []  # descriptors of process substitutions that are still open
        self.may_exec = False  # the command about to run is the last thing this process does
        self.command_count = 0
        self.waited = 0.0
        self.last_step_end = process.sim.now
        self.interactive = False  # somebody types: prompts, and no error ends the shell
        self.reading_mode = "c"  # how the shell was started, for `$-`: c, s or nothing
        install_special(self)

    def copy(self) -> Shell:
        """What a subshell starts with; `adopt` then gives it its own process."""
        twin = Shell.__new__(Shell)
        twin.__dict__.update(self.__dict__)
        twin.options = self.options.copy()
        twin.table = self.table.copy()
        twin.names = twin.table.names
        twin.functions = dict(self.functions)
        twin.function_sources = dict(self.function_sources)
        twin.exported_functions = set(self.exported_functions)
        twin.readonly_functions = set(self.readonly_functions)
        twin.traced_functions = set(self.traced_functions)
        twin.aliases = dict(self.aliases)
        twin.hashed = dict(self.hashed)
        twin.hits = dict(self.hits)
        twin.limits = dict(self.limits)
        twin.disabled = set(self.disabled)
        twin.completions = dict(self.completions)
        twin.history = list(self.history)
        twin.positional = list(self.positional)
        twin.pipe_statuses = list(self.pipe_statuses)
        twin.sources = list(self.sources)
        twin.traps = dict(self.traps)
        twin.pending = []
        twin.remarks = []
        twin.active_traps = list(self.active_traps)
        twin.jobs = []
        twin.inherited_jobs = list(self.jobs)
        twin.substituting = {}
        twin.finished = {}
        twin.directories = list(self.directories)
        twin.substituted_files = list(self.substituted_files)
        twin.level = self.level + 1
        twin.is_stage = False
        twin.moment = self.moment.of_child()
        twin.interactive = False
        twin.exiting = False
        twin.status_before_trap = None
        twin.may_exec = False
        install_again(twin)
        return twin

    def die_of(self, signal: int) -> None:
        self.dying = signal

    def adopt(self, process: Process) -> None:
        self.process = process
        self.own_input = process.files.get(0)
        self.last_step_end = process.sim.now
        self.command_count = 0

    @property
    def in_function(self) -> bool:
        frames = self.table.frames
        return bool(frames) and (frames[-1].name != "source" or any(frame.name != "source" for frame in frames))

    @property
    def has_input_of_its_own(self) -> bool:
        """Standard input comes from a pipe or a redirection around what is running, also for its background jobs."""
        return self.input_given or self.process.files.get(0) is not self.own_input

    # Variables

    def find(self, name: str) -> Variable | None:
        """What a name means, through name references."""
        variable = self.names.get(name)
        if variable is not None and variable.reference:
            target = self.resolve(name)
            return self.names.get(target) if target != name else self.hidden(name) or variable
        return variable

    def hidden(self, name: str) -> Variable | None:
        """What a local name reference to its own name means: that name outside of the function."""
        for frame in reversed(self.table.frames):
            if (outer := frame.saved.get(name)) is not None and not outer.reference:
                return outer
        return None

    def resolve(self, name: str) -> str:
        """The name that a name reference leads to (perhaps with a subscript), or the name itself (also in a circle)."""
        first = name
        variable = self.names.get(name)
        for _ in range(9):
            if variable is None or not variable.reference or not variable.value:
                return name
            name = variable.value
            variable = self.names.get(name)
        return first

    def get(self, name: str) -> str | None:
        """A variable's value as a plain string."""
        variable = self.names.get(name)
        if variable is None:
            return None
        if variable.reference:
            variable = self.find(name)
            if variable is None:
                return None
        return variable.scalar(self)

    @property
    def ifs(self) -> str:
        value = self.get("IFS")
        return " \t\n" if value is None else value

    def set_plain(self, name: str, value: str) -> None:
        """Set a variable of the shell's own without a trace in history; its attributes stay."""
        self.table.own(name).value = value

    @property
    def expands_aliases(self) -> bool:
        return self.dialect.posix or self.options.expand_aliases

    @property
    def known_aliases(self) -> tuple[tuple[str, str], ...]:
        """The aliases that the parser is to replace: name and value."""
        return tuple(sorted(self.aliases.items())) if self.aliases and self.expands_aliases else ()

    # Messages

    @property
    def label(self) -> str:
        """What stands before a message: the name of what is being read."""
        if self.sources and self.sources[-1].name:
            return self.sources[-1].name
        return self.source.name or self.name

    def complain(self, message: str) -> Run[None]:
        """Print a message with the line it is about, as bash does."""
        if self.dialect.almquist:
            message = in_ash_words(self.dialect, message)
            if self.dialect.name == "dash":
                return self.say(f"{self.label}: {self.line}: {message}")
            if self.reading_mode == "c" and not self.sources:
                return self.say(f"{self.label}: {message}")
        if self.interactive:
            return self.say(f"{self.label}: {message}")
        return self.say(f"{self.label}: line {self.line}: {message}")

    def tell_remarks(self) -> Run[None]:
        """Print what expressions complained about, which themselves cannot wait for that."""
        remarks, self.remarks = self.remarks, []
        for remark in remarks:
            yield from remark
            if self.options.errexit:  # bash does not ask whether failures count here
                raise ExitShell(1)

    def say(self, line: str) -> Run[None]:
        """A line to standard error."""
        return self.write(2, line + "\n")

    def write(self, fd: int, text: str) -> Run[None]:
        try:
            yield from self.process.write(fd, text.encode("utf-8", "surrogateescape"))
        except SyscallError:
            pass  # nobody reads what the shell complains about

    # Steps

    @property
    def leaves_quietly(self) -> bool:
        """Whether no trap keeps this process from becoming another program: that of a failure does not."""
        return all(event in ("ERR", "DEBUG", "RETURN") or not command for event, command in self.traps.items())

    def takes_over(self, node: Command) -> bool:
        """Whether this command may become all of this process: nothing is left to do after it, also for traps."""
        return self.may_exec and (not self.traps or (node is self.moment.whole and self.leaves_quietly))

    @property
    def is_watched(self) -> bool:
        """Whether commands are shown or have traps: something may be printed, or run, between any two of them."""
        return self.options.xtrace or bool(self.traps)

    def place_of(self, line: int, column: int = 0) -> Place:
        """Where a line of the script that is being run was written."""
        source = self.sources[-1] if self.sources else self.source
        return source.place(line, column) if source.place else Place(source.script, line, column)

    @property
    def depth(self) -> int:
        """How deep in function calls and subshells this shell is."""
        return len(self.table.frames) + self.level
