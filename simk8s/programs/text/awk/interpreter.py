"""Runs an awk program: rules over records, and statements. Expressions are in `expression.py`."""

from __future__ import annotations

from simk8s.machine import Process, SyscallError
from simk8s.programs.stream import close_input, cooked, open_input, raw
from simk8s.programs.text.awk.expression import Evaluator
from simk8s.programs.text.awk.function import sprintf
from simk8s.programs.text.awk.lexer import unescaped
from simk8s.programs.text.awk.scope import Array
from simk8s.programs.text.awk.stream import Records
from simk8s.programs.text.awk.syntax import (
    Block,
    Delete,
    Evaluate,
    ForEach,
    Function,
    If,
    Leave,
    Loop,
    Print,
    Program,
    Rule,
    Statement,
)
from simk8s.programs.text.awk.value import UNSET, Value, from_input, is_true, to_number, to_text
from simk8s.programs.tool import Failure
from simk8s.sim import Run


class Leaving(Exception):
    """`next`, `exit`, `return`, `break` or `continue` is on its way to where it ends."""

    def __init__(self, kind: str, value: Value | None = None) -> None:
        self.kind = kind
        self.value = value


class Interpreter(Evaluator):
    """One run of a program over its input."""

    def __init__(self, process: Process, program: Program, operands: list[str], *, intervals: bool) -> None:
        super().__init__(process, program, intervals=intervals)
        self.program = program
        self.status = 0
        self.input: Records | None = None
        self.operand = 1
        self.read_any = False
        self.active = [False] * len(program.rules)
        for name, value in {"FS": " ", "OFS": " ", "ORS": "\n", "RS": "\n", "SUBSEP": "\x1c"}.items():
            self.scope.set(name, value)
        for name, layout in {"CONVFMT": "%.6g", "OFMT": "%.6g"}.items():
            self.scope.set(name, layout)
        for name in ("NR", "FNR", "RSTART"):
            self.scope.set(name, 0.0)
        self.scope.set("RLENGTH", -1.0)
        words = ["awk", *operands]
        self.scope.set("ARGC", float(len(words)))
        self.scope.array("ARGV").update({str(n): from_input(raw(word)) for n, word in enumerate(words)})
        environment = process.environ.items()
        self.scope.array("ENVIRON").update({raw(name): from_input(raw(value)) for name, value in environment})

    def assign_setting(self, setting: str) -> bool:
        """Carry out `name=value`; whether the text is one."""
        name, equals, value = setting.partition("=")
        if not equals or not (name.isidentifier() and name.isascii()):
            return False
        self.set_variable(name, from_input(unescaped(raw(value))))
        return True

    def run(self) -> Run[int]:
        """BEGIN, the records, END; the exit status."""
        try:
            yield from self._rules("BEGIN")
            if any(rule.kind != "BEGIN" for rule in self.program.rules):
                yield from self._records()
        except Leaving as leaving:
            self._note_exit(leaving)
        try:
            yield from self._rules("END")
        except Leaving as leaving:
            self._note_exit(leaving)
        yield from self.streams.close_all()
        return self.status

    def _note_exit(self, leaving: Leaving) -> None:
        if leaving.kind != "exit":
            raise Failure(f"{leaving.kind} used outside of its place", 2)
        if leaving.value is not None:
            self.status = int(to_number(leaving.value)) & 255

    def _rules(self, kind: str) -> Run[None]:
        for rule in self.program.rules:
            if rule.kind == kind and rule.action is not None:
                yield from self.execute(rule.action)

    def _records(self) -> Run[None]:
        while (record := (yield from self.next_record())) is not None:
            self.record.set_text(record)
            try:
                for number, rule in enumerate(self.program.rules):
                    if not rule.kind and (yield from self._selects(number, rule)):
                        if rule.action is None:
                            self.streams.pending.append(self.record.text + self.text_of("ORS"))
                        else:
                            yield from self.execute(rule.action)
            except Leaving as leaving:
                if leaving.kind == "nextfile":
                    self._end_file()
                elif leaving.kind != "next":
                    raise

    def _selects(self, number: int, rule: Rule) -> Run[bool]:
        match rule.patterns:
            case ():
                return True
            case (pattern,):
                return is_true((yield from self.evaluate(pattern)))
            case (first, last):
                if not self.active[number] and not is_true((yield from self.evaluate(first))):
                    return False
                self.active[number] = not is_true((yield from self.evaluate(last)))
                return True
        raise AssertionError

    # The input that the operands name

    def next_record(self) -> Run[str | None]:
        """The next record of the main input, counted in NR and FNR."""
        while True:
            if self.input is None and not (yield from self._open_next()):
                return None
            assert self.input is not None
            if self.input.position >= len(self.input.text):
                yield from self.streams.flush()
            record = yield from self.input.next(self.text_of("RS"))
            if record is not None:
                for name in ("NR", "FNR"):
                    self.scope.globals[name] = to_number(self.scope.get(name)) + 1
                return record
            self._end_file()

    def _end_file(self) -> None:
        if self.input is not None:
            close_input(self.process, self.input.fd)
            self.input = None

    def _open_next(self) -> Run[bool]:
        words = self.scope.array("ARGV")
        while self.operand < to_number(self.scope.get("ARGC")):
            word = to_text(words.get(str(self.operand), ""))
            self.operand += 1
            if not word or self.assign_setting(cooked(word)):
                continue
            yield from self._open(word)
            return True
        if self.read_any:
            return False
        yield from self._open("-")
        return True

    def _open(self, name: str) -> Run[None]:
        self.read_any = True
        try:
            fd = yield from open_input(self.process, "-" if name == "/dev/stdin" else cooked(name))
        except SyscallError as error:
            yield from self.streams.flush()
            raise Failure(f"cannot open {cooked(name)} ({error.text})", 2) from None
        self.input = Records(self.process, fd)
        self.scope.globals["FILENAME"] = name if name != "-" else ""
        self.scope.globals["FNR"] = 0.0

    # Statements

    def execute(self, statement: Statement) -> Run[None]:
        """Carry out one statement."""
        match statement:
            case Block(statements):
                for inner in statements:
                    yield from self.execute(inner)
            case Evaluate(expression):
                yield from self.evaluate(expression)
            case Print():
                yield from self._print(statement)
            case If(condition, yes, no):
                if is_true((yield from self.evaluate(condition))):
                    yield from self.execute(yes)
                elif no is not None:
                    yield from self.execute(no)
            case Loop():
                yield from self._loop(statement)
            case ForEach(variable, name, body):
                for key in list(self.scope.array(name)):
                    self.set_variable(variable, from_input(key))
                    if not (yield from self._body(body)):
                        break
            case Delete(name, None):
                self.scope.array(name).clear()
            case Delete(name, subscripts):
                self.scope.array(name).pop((yield from self.subscript(subscripts or ())), None)
            case Leave(kind, None):
                raise Leaving(kind)
            case Leave(kind, value):
                assert value is not None
                raise Leaving(kind, (yield from self.evaluate(value)))

    def _loop(self, loop: Loop) -> Run[None]:
        if loop.start is not None:
            yield from self.execute(loop.start)
        first = loop.first
        steps = 0
        while first or loop.condition is None or is_true((yield from self.evaluate(loop.condition))):
            first = False
            if not (yield from self._body(loop.body)):
                break
            if loop.step is not None:
                yield from self.execute(loop.step)
            steps += 1
            if steps % 10_000 == 0:  # a busy loop takes time, so that a time limit can end it
                yield from self.process.sleep(0.001)

    def _body(self, body: Statement) -> Run[bool]:
        """One turn of a loop; whether it goes on."""
        try:
            yield from self.execute(body)
        except Leaving as leaving:
            if leaving.kind == "break":
                return False
            if leaving.kind != "continue":
                raise
        return True

    def _print(self, statement: Print) -> Run[None]:
        values: list[Value] = []
        for argument in statement.arguments:
            values.append((yield from self.evaluate(argument)))
        layout = self.text_of("OFMT")
        if statement.formatted:
            if not values:
                raise Failure("no format for printf", 2)
            text = sprintf(to_text(values[0]), values[1:], self.text_of("CONVFMT"))
        elif values:
            text = self.text_of("OFS").join(to_text(value, layout) for value in values) + self.text_of("ORS")
        else:
            text = self.record.text + self.text_of("ORS")
        if statement.target is None:
            self.streams.pending.append(text)
            return
        target = to_text((yield from self.evaluate(statement.target)))
        yield from self.streams.write(statement.redirection, target, text)

    def call(self, function: Function, arguments: list[Value | Array]) -> Run[Value]:
        """Run one of the program's own functions."""
        if len(self.scope.frames) > 200:
            raise Failure(f"function {function.name} calls itself too deep (SK301)", 2)
        arrays = self.scope.array_parameters[function.name]
        frame: dict[str, Value | Array] = {}
        for at, name in enumerate(function.parameters):
            frame[name] = arguments[at] if at < len(arguments) else {} if at in arrays else UNSET
        self.scope.frames.append(frame)
        try:
            yield from self.execute(function.body)
        except Leaving as leaving:
            if leaving.kind != "return":
                raise
            return UNSET if leaving.value is None else leaving.value
        finally:
            self.scope.frames.pop()
        return UNSET
