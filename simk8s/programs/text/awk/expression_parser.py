"""Reads awk's expressions: recursive descent, a method for each level of precedence."""

from __future__ import annotations

from simk8s.programs.text.awk.lexer import Token, tokens
from simk8s.programs.text.awk.syntax import (
    Assign,
    Binary,
    Call,
    Conditional,
    Constant,
    Element,
    Expression,
    Field,
    Getline,
    Group,
    Increment,
    Membership,
    Regex,
    Unary,
    Variable,
)
from simk8s.programs.tool import Failure

_ASSIGNMENTS = ("=", "+=", "-=", "*=", "/=", "%=", "^=")
_BEGINS_OPERAND = ("number", "text", "regex", "name", "call", "builtin", "$", "!", "(", "-", "+", "++", "--")


class ExpressionParser:
    """A position in the words of a program."""

    def __init__(self, source: str) -> None:
        self.tokens = tokens(source)
        self.position = 0
        self.no_greater = False  # inside `print a > b`, where > is no comparison

    # Words

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def at(self, *kinds: str) -> bool:
        return self.tokens[self.position].kind in kinds

    def accept(self, *kinds: str) -> bool:
        if self.at(*kinds):
            self.position += 1
            return True
        return False

    def expect(self, kind: str) -> Token:
        token = self.token
        if token.kind != kind:
            if token.kind == "end":
                missing = {"}": "missing } near end of file", ")": "missing ) near end of file"}
                raise Failure(f"line {token.line}: {missing.get(kind, 'syntax error at or near end of file')}", 2)
            shown = "end of line" if token.kind == "newline" else token.text
            raise Failure(f"line {token.line}: syntax error at or near {shown}", 2)
        self.position += 1
        return token

    def newlines(self, *more: str) -> None:
        while self.accept("newline", *more):
            pass

    def expressions(self) -> tuple[Expression, ...]:
        expressions = [self.expression()]
        while self.accept(","):
            self.newlines()
            expressions.append(self.expression())
        return tuple(expressions)

    def bracketed(self, close: str) -> tuple[Expression, ...]:
        """Expressions up to a bracket; inside brackets everything is allowed again."""
        before, self.no_greater = self.no_greater, False
        self.newlines()
        expressions = () if self.at(close) else self.expressions()
        self.newlines()
        self.expect(close)
        self.no_greater = before
        return expressions

    # Expressions, from loose to tight

    def expression(self) -> Expression:
        left = self._conditional()
        if self.at(*_ASSIGNMENTS) and isinstance(left, Variable | Field | Element):
            operator = self.token.kind[:-1]
            self.position += 1
            self.newlines()
            return Assign(left, operator, self.expression())
        return left

    def _conditional(self) -> Expression:
        condition = self._or()
        if not self.accept("?"):
            return condition
        self.newlines()
        yes = self.expression()
        self.newlines()
        self.expect(":")
        self.newlines()
        return Conditional(condition, yes, self.expression())

    def _or(self) -> Expression:
        left = self._and()
        while self.accept("||"):
            self.newlines()
            left = Binary("||", left, self._and())
        return left

    def _and(self) -> Expression:
        left = self._in()
        while self.accept("&&"):
            self.newlines()
            left = Binary("&&", left, self._in())
        return left

    def _in(self) -> Expression:
        left = self._match()
        while self.accept("in"):
            subscripts = left.inside if isinstance(left, Group) else (left,)
            left = Membership(subscripts, self.expect("name").text)
        return left

    def _match(self) -> Expression:
        left = self._comparison()
        while self.at("~", "!~"):
            operator = self.token.kind
            self.position += 1
            left = Binary(operator, left, self._comparison())
        return left

    def _comparison(self) -> Expression:
        left = self.concatenation()
        while True:
            if self.at("<", "<=", "==", "!=", ">=") or (self.at(">") and not self.no_greater):
                operator = self.token.kind
                self.position += 1
                left = Binary(operator, left, self.concatenation())
            elif self.at("|") and self.tokens[self.position + 1].kind == "getline":
                self.position += 2
                left = Getline("|", left, self._getline_target())
            else:
                return left

    def concatenation(self) -> Expression:
        left = self._additive()
        while self.at(*_BEGINS_OPERAND) and not self.at("+", "-"):
            left = Binary(" ", left, self._additive())
        return left

    def _additive(self) -> Expression:
        left = self._multiplicative()
        while self.at("+", "-"):
            operator = self.token.kind
            self.position += 1
            left = Binary(operator, left, self._multiplicative())
        return left

    def _multiplicative(self) -> Expression:
        left = self._unary()
        while self.at("*", "/", "%"):
            operator = self.token.kind
            self.position += 1
            left = Binary(operator, left, self._unary())
        return left

    def _unary(self) -> Expression:
        if self.at("!", "-", "+"):
            operator = self.token.kind
            self.position += 1
            return Unary(operator, self._unary())
        return self._power()

    def _power(self) -> Expression:
        base = self._postfix()
        if self.accept("^"):
            return Binary("^", base, self._unary() if self.at("-", "+", "!") else self._power())
        return base

    def _postfix(self) -> Expression:
        if self.at("++", "--"):
            by = 1 if self.token.kind == "++" else -1
            self.position += 1
            return Increment(self._primary(), by, True)
        operand = self._primary()
        if self.at("++", "--") and isinstance(operand, Variable | Field | Element):
            by = 1 if self.token.kind == "++" else -1
            self.position += 1
            return Increment(operand, by, False)
        return operand

    def _primary(self) -> Expression:
        token = self.token
        self.position += 1
        match token.kind:
            case "number":
                return Constant(float(int(token.text, 16)) if token.text[:2].lower() == "0x" else float(token.text))
            case "text":
                return Constant(token.text)
            case "regex":
                return Regex(token.text)
            case "$":
                return Field(self._postfix() if self.at("++", "--") else self._field_index())
            case "(":
                return Group(self.bracketed(")"))
            case "name":
                if self.accept("["):
                    return Element(token.text, self.bracketed("]"))
                return Variable(token.text)
            case "call":
                self.expect("(")
                return Call(token.text, self.bracketed(")"))
            case "builtin":
                return Call(token.text, self.bracketed(")") if self.accept("(") else ())
            case "getline":
                target = self._getline_target()
                if self.accept("<"):
                    return Getline("<", self._primary_or_field(), target)
                return Getline("", None, target)
            case "-" | "+" | "!":
                return Unary(token.kind, self._unary())
        self.position -= 1
        self.expect("an expression")
        raise AssertionError

    def _field_index(self) -> Expression:
        if self.at("-", "+", "!"):
            operator = self.token.kind
            self.position += 1
            return Unary(operator, self._field_index())
        return self._primary()

    def _primary_or_field(self) -> Expression:
        return self._primary()

    def _getline_target(self) -> Expression | None:
        return self._primary() if self.at("name", "$") else None
