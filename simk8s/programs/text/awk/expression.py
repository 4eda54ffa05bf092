"""Evaluates awk's expressions. A generator, since `getline` and `system` take time wherever they stand."""

from __future__ import annotations

import math
import re

from simk8s.machine import Process
from simk8s.programs.text.awk.function import NUMERIC, sprintf, strftime, substitute, substr
from simk8s.programs.text.awk.record import Record, split
from simk8s.programs.text.awk.scope import Array, Scope
from simk8s.programs.text.awk.stream import Records, Streams
from simk8s.programs.text.awk.syntax import (
    Assign,
    Binary,
    Call,
    Conditional,
    Constant,
    Element,
    Expression,
    Field,
    Function,
    Getline,
    Group,
    Increment,
    Membership,
    Program,
    Regex,
    Unary,
    Variable,
)
from simk8s.programs.text.awk.value import UNSET, Value, compare, from_input, is_true, to_number, to_text
from simk8s.programs.text.pattern import Pattern, PatternError, compile_pattern
from simk8s.programs.tool import Failure
from simk8s.sim import EPOCH, Run

_MANY = 1 << 31
_BRACE = re.compile(r"(?<!\\)\{")


class Evaluator:
    """Variables, fields and open streams, and what expressions make of them."""

    def __init__(self, process: Process, program: Program, *, intervals: bool) -> None:
        self.process = process
        self.functions = program.functions
        self.scope = Scope(program.functions)
        self.streams = Streams(process)
        self.record = Record(lambda: self.text_of("FS"), lambda: self.text_of("OFS"))
        self.seed = 0.0
        self.intervals = intervals

    def next_record(self) -> Run[str | None]:
        """The next record of the main input."""
        raise NotImplementedError

    def call(self, function: Function, arguments: list[Value | Array]) -> Run[Value]:
        """Run one of the program's own functions."""
        raise NotImplementedError

    # Variables

    def text_of(self, name: str) -> str:
        """A variable as text."""
        return to_text(self.scope.get(name))

    def get_variable(self, name: str) -> Value:
        """A variable's value; NF is the record's."""
        return float(len(self.record.fields)) if name == "NF" else self.scope.get(name)

    def set_variable(self, name: str, value: Value) -> None:
        """Give a variable a value."""
        if name == "NF":
            self.record.resize(int(to_number(value)))
        else:
            self.scope.set(name, value)

    def subscript(self, subscripts: tuple[Expression, ...]) -> Run[str]:
        """The key of an array's element."""
        keys: list[str] = []
        for expression in subscripts:
            keys.append(to_text((yield from self.evaluate(expression)), self.text_of("CONVFMT")))
        return self.text_of("SUBSEP").join(keys)

    def _assign(self, target: Expression, value: Value) -> Run[None]:
        match target:
            case Variable(name):
                self.set_variable(name, value)
            case Element(name, subscripts):
                key = yield from self.subscript(subscripts)
                self.scope.array(name)[key] = value
            case Field(index):
                self.record.set(int(to_number((yield from self.evaluate(index)))), value)
            case _:
                raise Failure("assignment to something that is no variable", 2)

    # Expressions

    def evaluate(self, expression: Expression) -> Run[Value]:
        """The value of an expression."""
        match expression:
            case Constant(value):
                return value
            case Variable(name):
                return self.get_variable(name)
            case Field(Constant(value)):
                return self.record.get(int(to_number(value)))
            case Field(index):
                return self.record.get(int(to_number((yield from self.evaluate(index)))))
            case Group((inside,)):
                value = yield from self.evaluate(inside)
                return value
            case Binary():
                return (yield from self._binary(expression))
            case Element(name, subscripts):
                key = yield from self.subscript(subscripts)
                return self.scope.array(name).setdefault(key, UNSET)
            case Assign(target, operator, right):
                value = yield from self.evaluate(right)
                if operator:
                    before = to_number((yield from self.evaluate(target)))
                    value = _calculate(operator, before, to_number(value))
                yield from self._assign(target, value)
                return value
            case Increment(target, by, before_use):
                old = to_number((yield from self.evaluate(target)))
                yield from self._assign(target, old + by)
                return old + by if before_use else old
            case Unary("!", operand):
                return 0.0 if is_true((yield from self.evaluate(operand))) else 1.0
            case Unary(operator, operand):
                number = to_number((yield from self.evaluate(operand)))
                return -number if operator == "-" else number
            case Conditional(condition, yes, no):
                chosen = yes if is_true((yield from self.evaluate(condition))) else no
                return (yield from self.evaluate(chosen))
            case Regex(pattern):
                return 1.0 if self._compiled(pattern).search(self.record.text) else 0.0
            case Membership(subscripts, name):
                key = yield from self.subscript(subscripts)
                return 1.0 if key in self.scope.array(name) else 0.0
            case Getline():
                return (yield from self._getline(expression))
            case Call(name, arguments):
                return (yield from self._call(name, arguments))
        raise Failure("a list of expressions stands where one is wanted", 2)

    def _binary(self, expression: Binary) -> Run[Value]:
        operator = expression.operator
        left = yield from self.evaluate(expression.left)
        match operator:
            case "&&":
                return 1.0 if is_true(left) and is_true((yield from self.evaluate(expression.right))) else 0.0
            case "||":
                return 1.0 if is_true(left) or is_true((yield from self.evaluate(expression.right))) else 0.0
            case "~" | "!~":
                pattern = yield from self._pattern(expression.right)
                found = pattern.search(to_text(left)) is not None
                return 1.0 if found == (operator == "~") else 0.0
        right = yield from self.evaluate(expression.right)
        match operator:
            case " ":
                layout = self.text_of("CONVFMT")
                return to_text(left, layout) + to_text(right, layout)
            case "<":
                return float(compare(left, right) < 0)
            case "<=":
                return float(compare(left, right) <= 0)
            case "==":
                return float(compare(left, right) == 0)
            case "!=":
                return float(compare(left, right) != 0)
            case ">":
                return float(compare(left, right) > 0)
            case ">=":
                return float(compare(left, right) >= 0)
        return _calculate(operator, to_number(left), to_number(right))

    def _pattern(self, expression: Expression) -> Run[Pattern]:
        if isinstance(expression, Regex):
            return self._compiled(expression.pattern)
        return self._compiled(to_text((yield from self.evaluate(expression))))

    def _compiled(self, text: str) -> Pattern:
        if not self.intervals:
            text = _BRACE.sub(r"\\{", text)
        try:
            return compile_pattern(text, extended=True, awk=True)
        except PatternError as error:
            raise Failure(f"regular expression compile failed ({error})\n{text}", 2) from None

    def _getline(self, expression: Getline) -> Run[Value]:
        if expression.source is None:
            line = yield from self.next_record()
        else:
            name = to_text((yield from self.evaluate(expression.source)))
            reader: Records | None = yield from self.streams.reader(expression.kind, name)
            if reader is None:
                return -1.0
            line = yield from reader.next(self.text_of("RS"))
            if line is not None and expression.kind == "|":
                self.scope.globals["NR"] = to_number(self.scope.get("NR")) + 1
        if line is None:
            return 0.0
        if expression.target is None:
            self.record.set_text(line)
        else:
            yield from self._assign(expression.target, from_input(line))
        return 1.0

    # Calls

    def _call(self, name: str, arguments: tuple[Expression, ...]) -> Run[Value]:
        if name in self.functions:
            function = self.functions[name]
            arrays = self.scope.array_parameters[name]
            passed: list[Value | Array] = []
            for at, argument in enumerate(arguments):
                if isinstance(argument, Variable) and (at in arrays or self.scope.is_array(argument.name)):
                    passed.append(self.scope.array(argument.name))
                else:
                    passed.append((yield from self.evaluate(argument)))
            return (yield from self.call(function, passed))
        match name, arguments:
            case "length", ():
                return float(len(self.record.text))
            case "length", (Variable(array),) if self.scope.is_array(array):
                return float(len(self.scope.array(array)))
            case "split", (text, Variable(array), *separator):
                return (yield from self._split(text, array, separator))
            case (("sub" | "gsub"), (pattern, replacement, *target)):
                chosen = target[0] if target else Field(Constant(0.0))
                return (yield from self._substitute(name == "gsub", pattern, replacement, chosen))
            case "match", (text, pattern):
                return (yield from self._match(text, pattern))
            case "close", (what, *_):
                return float((yield from self.streams.close(to_text((yield from self.evaluate(what))))))
            case "system", (command,):
                return float((yield from self.streams.system(to_text((yield from self.evaluate(command))))))
            case "fflush", _:
                yield from self.streams.flush()
                return 0.0
        values: list[Value] = []
        for argument in arguments:
            values.append((yield from self.evaluate(argument)))
        return self._plain_call(name, values)

    def _plain_call(self, name: str, values: list[Value]) -> Value:
        layout = self.text_of("CONVFMT")
        match name, values:
            case "length", [value]:
                return float(len(to_text(value, layout)))
            case "substr", [text, start]:
                return substr(to_text(text, layout), to_number(start), None)
            case "substr", [text, start, length]:
                return substr(to_text(text, layout), to_number(start), to_number(length))
            case "index", [text, part]:
                return float(to_text(text, layout).find(to_text(part, layout)) + 1)
            case "sprintf", [form, *rest]:
                return sprintf(to_text(form), rest, layout)
            case "tolower", [text]:
                return to_text(text, layout).lower()
            case "toupper", [text]:
                return to_text(text, layout).upper()
            case "atan2", [y, x]:
                return math.atan2(to_number(y), to_number(x))
            case "rand", []:
                return self.process.sim.choose(_MANY, "awk rand") / _MANY
            case "srand", _:
                before, self.seed = self.seed, to_number(values[0]) if values else self._now()
                return before
            case "systime", []:
                return self._now()
            case "strftime", _:
                seconds = to_number(values[1]) if len(values) > 1 else self._now()
                return strftime(to_text(values[0]) if values else "%c", seconds)
        if name in NUMERIC and len(values) == 1:
            return NUMERIC[name](to_number(values[0]))
        raise Failure(f"function {name} never defined", 2)

    def _now(self) -> float:
        return float(int(EPOCH.timestamp() + self.process.sim.now))

    def _split(self, text: Expression, name: str, separator: list[Expression]) -> Run[Value]:
        value = to_text((yield from self.evaluate(text)))
        if not separator:
            by = self.text_of("FS")
        elif isinstance(separator[0], Regex):
            by = separator[0].pattern
            by = f"[{by}]" if by == " " else f"({by})" if by and by in "^$.+*?|()" else by
        else:
            by = to_text((yield from self.evaluate(separator[0])))
        pieces = split(value, by)
        array = self.scope.array(name)
        array.clear()
        array.update({str(n): from_input(piece) for n, piece in enumerate(pieces, 1)})
        return float(len(pieces))

    def _substitute(self, everywhere: bool, what: Expression, by: Expression, target: Expression) -> Run[Value]:
        pattern = yield from self._pattern(what)
        replacement = to_text((yield from self.evaluate(by)))
        before = to_text((yield from self.evaluate(target)))
        after, count = substitute(pattern, replacement, before, everywhere=everywhere)
        if count:
            yield from self._assign(target, after)
        return float(count)

    def _match(self, text: Expression, what: Expression) -> Run[Value]:
        value = to_text((yield from self.evaluate(text)))
        found = (yield from self._pattern(what)).search(value)
        self.scope.globals["RSTART"] = float(found.start() + 1) if found else 0.0
        self.scope.globals["RLENGTH"] = float(len(found[0])) if found else -1.0
        return self.scope.get("RSTART")


def _calculate(operator: str, left: float, right: float) -> float:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            if right == 0:
                return math.nan if left == 0 else math.copysign(math.inf, left)
            return left / right
        case "%":
            return math.fmod(left, right) if right else math.nan
    try:
        return float(left**right)
    except (OverflowError, ZeroDivisionError):
        return math.inf
