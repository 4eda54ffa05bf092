"""Lists, pipelines and simple commands: the upper half of the shell's grammar. `compound.py` is the lower half."""

from __future__ import annotations

from simk8s.shell.syntax import compound, heredoc
from simk8s.shell.syntax.assignment import read_assignment, read_written_list
from simk8s.shell.syntax.nodes import (
    AndOr,
    Assignment,
    Background,
    Command,
    FunctionDefinition,
    Pipeline,
    Redirection,
    Sequence,
    SimpleCommand,
)
from simk8s.shell.syntax.parts import Word
from simk8s.shell.syntax.reader import Reader, ShellSyntaxError
from simk8s.shell.syntax.token import END, NEWLINE, OPERATOR, WORD_TOKEN, Token, read_token

REDIRECTIONS = frozenset(["<", ">", ">>", ">|", "<>", "<&", ">&", "&>", "&>>", "<<", "<<-", "<<<"])
DECLARATIONS = frozenset(["declare", "typeset", "local", "export", "readonly", "alias"])
CLOSING = frozenset(["then", "do", "done", "fi", "else", "elif", "esac", "}"])


class Grammar:
    """One level of commands: reads tokens off a Reader that it shares with the levels around it."""

    __slots__ = ("_separated", "_token", "reader")

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._separated = False
        self._token: Token | None = None

    # Tokens

    def peek(self) -> Token:
        if self._token is None:
            self._token = read_token(self.reader)
        return self._token

    def take(self) -> Token:
        token = self._token or read_token(self.reader)
        self._token = None
        return token

    def at(self, *operators: str) -> bool:
        token = self._token or self.peek()
        return token.kind == OPERATOR and token.text in operators and token.descriptor is None

    def at_word(self, reserved: str) -> bool:
        token = self._token or self.peek()
        return token.text == reserved and token.kind == WORD_TOKEN

    def expect_word(self, reserved: str) -> Token:
        if not self.at_word(reserved):
            error = self.unexpected()
            error.expected = reserved
            raise error
        return self.take()

    def skip_newlines(self) -> None:
        while (self._token or self.peek()).kind == NEWLINE:
            self._token = None

    def unexpected(self) -> ShellSyntaxError:
        token = self.peek()
        if token.kind == END:
            return self.reader.early_end()
        return self.reader.unexpected(token.text, token.offset)

    def forget(self) -> None:
        """The token that was read ahead is read again."""
        self._token = None

    def reset(self, offset: int) -> None:
        """Go on reading at `offset`."""
        self._token = None
        self.reader.offset = offset

    def missing_word(self) -> ShellSyntaxError:
        """A word must stand here. At the end of the text bash sees the line end that it adds."""
        token = self.peek()
        if token.kind == END:
            return self.reader.unexpected("newline", max(token.offset - 1, 0))
        return self.unexpected()

    def source_from(self, start: int) -> str:
        """The text from `start` to the last token taken."""
        end = self._token.offset if self._token is not None else self.reader.offset
        return self.reader.text[start:end].rstrip()

    # Lists

    def unit(self) -> Command | None:
        """One complete command, as far as bash reads before it runs anything: up to a line end. None at the end."""
        self.skip_newlines()
        if self.peek().kind == END:
            return None
        start = self.peek().offset
        commands = []
        while True:
            commands.append(self._terminated())
            if self.peek().kind in (NEWLINE, END):
                break
            if not self._separated:
                raise self.unexpected()
        self.take()
        return commands[0] if len(commands) == 1 else Sequence(*self.reader.place(start), tuple(commands))

    def sequence(self, *ends: str, empty: bool = False) -> Sequence:
        """Commands up to (not including) one of `ends`: reserved words or operators."""
        self.skip_newlines()
        start = self.peek().offset
        commands = []
        breaks = [False]
        while not self._at_end(ends):
            commands.append(self._terminated())
            if self.peek().kind != NEWLINE and not self._separated and not self._at_end(ends):
                raise self.unexpected()
            breaks.append(self.peek().kind == NEWLINE and not self._separated)
            self.skip_newlines()
        if (not commands and not empty) or self.peek().kind == END:
            error = self.unexpected()
            if self.peek().kind == END:
                error.expected = ends[-1]
            raise error
        return Sequence(*self.reader.place(start), tuple(commands), breaks=tuple(breaks[: len(commands)]))

    def _at_end(self, ends: tuple[str, ...]) -> bool:
        token = self.peek()
        while self.reader.aliases and token.kind == WORD_TOKEN and self._replace_alias(token, first=True):
            token = self.peek()
        return token.kind == END or (token.text in ends and token.kind in (WORD_TOKEN, OPERATOR))

    def _terminated(self) -> Command:
        """An and-or list and its `;` or `&`."""
        start = self.peek().offset
        command = self._and_or()
        token = self.peek()
        self._separated = token.kind == OPERATOR and token.text in (";", "&")
        if not self._separated:
            return command
        self._token = None
        if token.text == ";":
            return command
        return Background(*self.reader.place(start), command, self.source_from(start).removesuffix("&").rstrip())

    def _and_or(self) -> Command:
        start = self.peek().offset
        first = self._pipeline()
        if (self._token or self.peek()).kind != OPERATOR:
            return first
        rest = []
        while self.at("&&", "||"):
            operator = self.take().text
            self.skip_newlines()
            rest.append((operator, self._pipeline()))
        if not rest:
            return first
        return AndOr(*self.reader.place(start), first, tuple(rest), self.source_from(start))

    def _pipeline(self) -> Command:
        start = self.peek().offset
        negated, clock = self._marks()
        if (negated or clock) and (self.peek().kind in (NEWLINE, END) or self.at(";", "&", "&&", "||", ")")):
            return Pipeline(*self.reader.place(start), (), negated, clock, self.source_from(start))
        stages = [self.command()]
        merged = []
        while (self._token or self.peek()).kind == OPERATOR and self.at("|", "|&"):
            merged.append(self.take().text == "|&")
            self.skip_newlines()
            stages.append(self.command())
        if len(stages) == 1 and not negated and not clock:
            return stages[0]
        place = self.reader.place(start)
        return Pipeline(*place, tuple(stages), negated, clock, self.source_from(start), (*merged, False))

    def _marks(self) -> tuple[bool, str]:
        """What stands in front of a pipeline: `!`, and `time` with its options."""
        negated, clock = False, ""
        while True:
            while self.reader.aliases and self.peek().kind == WORD_TOKEN:
                if not self._replace_alias(self.peek(), first=True):
                    break
            token = self._token or self.peek()
            if token.kind != WORD_TOKEN or token.text not in ("!", "time"):
                return negated, clock
            if token.text == "!":
                self.take()
                negated = not negated
            elif self.reader.dialect.time_keyword and not clock:
                self.take()
                clock = "time"
                if self.at_word("-p"):
                    self.take()
                    clock = "time -p"
                if self.at_word("--"):
                    self.take()
            else:
                return negated, clock

    # Commands

    def command(self) -> Command:
        token = self.peek()
        while self.reader.aliases and token.kind == WORD_TOKEN and self._replace_alias(token, first=True):
            token = self.peek()
        if token.kind == OPERATOR:
            if token.text == "(" and token.descriptor is None:
                return compound.parenthesis(self)
            if token.text not in REDIRECTIONS:
                raise self.unexpected()
        elif token.kind == WORD_TOKEN:
            read_compound = compound.STARTS.get(token.text)
            if read_compound is not None:
                if token.text == "[[" and not self.reader.dialect.double_bracket:
                    return self._simple()
                if token.text == "coproc" and not self.reader.dialect.double_bracket:
                    return self._simple()
                if token.text == "function" and not self.reader.dialect.function_keyword:
                    return self._simple()
                if token.text == "select" and not self.reader.dialect.select:
                    return self._simple()
                return read_compound(self)
            if token.text in CLOSING or token.text in ("!", "in"):
                raise self.unexpected()
        else:
            raise self.unexpected()
        return self._simple()

    def redirections(self) -> tuple[Redirection, ...]:
        """Those that follow a compound command."""
        found = []
        while self.peek().kind == OPERATOR and self.peek().text in REDIRECTIONS:
            found.append(self._redirection())
        return tuple(found)

    def _redirection(self) -> Redirection:
        token = self.take()
        line, column = self.reader.place(token.offset)
        target = self.peek()
        if target.kind == OPERATOR and target.descriptor is not None:
            raise self.reader.unexpected(str(target.descriptor), target.offset)
        if target.kind != WORD_TOKEN or target.word is None:
            raise self.missing_word()
        self.take()
        document = None
        if token.text in ("<<", "<<-"):
            document = heredoc.announce(self.reader, target.word, token.text == "<<-")
        return Redirection(line, column, token.text, token.descriptor, target.word, document)

    def _simple(self) -> Command:
        reader = self.reader
        start = self.peek().offset
        assignments: list[Assignment] = []
        words: list[Word | Assignment] = []
        redirections: list[Redirection] = []
        declares = takes_lists = False
        told = 0
        while True:
            token = self._token or self.peek()
            if told == 0 and (words or assignments or redirections):
                told = self._line_after(token)
            if token.word is None:
                if token.kind != OPERATOR:
                    break
                if token.text in REDIRECTIONS:
                    redirections.append(self._redirection())
                    continue
                if token.text == "(":
                    if len(words) == 1 and not assignments and not redirections and isinstance(words[0], Word):
                        return self._function(start, words[0])
                    raise self.unexpected()
                break
            if reader.aliases and self._replace_alias(token, first=not words):
                continue
            if not words or (declares and not token.word.alternatives):
                assignment = read_assignment(self, token)
                if assignment is not None:
                    (words if words else assignments).append(assignment)
                    continue
            if takes_lists and (written := read_written_list(self, token)) is not None:
                words.append(written)
                continue
            if not words:
                declares = token.text in DECLARATIONS
                takes_lists = token.text in ("eval", "let") and reader.dialect.arrays
            words.append(token.word)
            self._token = None
        line, column = reader.place(start)
        return SimpleCommand(
            line, column, tuple(assignments), tuple(words), tuple(redirections), self.source_from(start), told or line
        )

    def _replace_alias(self, token: Token, *, first: bool) -> bool:
        """Put the value of an alias in place of its name: of the first word, and of one behind a blank-ended alias."""
        reader = self.reader
        name = token.text
        if not reader.is_alias(name, token.offset) or not (first or reader.follows_blank_alias(token.offset)):
            return False
        reader.replace_alias(token.offset, token.offset + len(name), name)
        self._token = None
        return True

    def _line_after(self, token: Token) -> int:
        """The line at which a token ends."""
        if token.kind in (NEWLINE, END):
            return self.reader.line_at(max(token.offset - (token.kind == END), 0))
        return self.reader.line_at(self.reader.offset - 1)

    def _function(self, start: int, name: Word) -> FunctionDefinition:
        self.take()
        if not self.at(")"):
            raise self.unexpected()
        self.take()
        return compound.function_body(self, start, name.source)


def read_nested(reader: Reader, opening: str) -> Sequence:
    """The commands inside `$( )`, `<( )` or `>( )`; the reader then stands behind the `)`."""
    start = reader.offset
    waiting, reader.pending = reader.pending, []
    level = Grammar(reader)
    reader.inside += 1
    try:
        body = level.sequence(")", empty=True)
    except ShellSyntaxError as error:
        if error.message == "syntax error: unexpected end of file":
            if reader.text.startswith("$((", start - 2):
                opening = "$(("
            raise reader.unexpected_end(opening, ")", start) from error
        error.status = 127 if "near unexpected token" in error.message else error.status
        raise
    finally:
        reader.inside -= 1
    level.take()
    reader.pending = waiting + reader.pending
    return body
