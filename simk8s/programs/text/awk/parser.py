"""Reads awk: recursive descent, a method for each level of precedence."""

from __future__ import annotations

from simk8s.programs.text.awk.lexer import Token, tokens
from simk8s.programs.text.awk.syntax import (
    Assign,
    Binary,
    Block,
    Call,
    Conditional,
    Constant,
    Delete,
    Element,
    Evaluate,
    Expression,
    Field,
    ForEach,
    Function,
    Getline,
    Group,
    If,
    Increment,
    Leave,
    Loop,
    Membership,
    Print,
    Program,
    Regex,
    Rule,
    Statement,
    Unary,
    Variable,
)
from simk8s.programs.tool import Failure

_ASSIGNMENTS = ("=", "+=", "-=", "*=", "/=", "%=", "^=")
_BEGINS_OPERAND = ("number", "text", "regex", "name", "call", "builtin", "$", "!", "(", "-", "+", "++", "--")


class Parser:
    """A position in the words of a program."""

    def __init__(self, source: str) -> None:
        self.tokens = tokens(source)
        self.position = 0
        self.no_in = False  # inside `for (x in a`
        self.no_greater = False  # inside `print a > b`, where > is no comparison

    def program(self) -> Program:
        """Everything."""
        rules: list[Rule] = []
        functions: dict[str, Function] = {}
        self._newlines(";")
        while not self._at("end"):
            if self._accept("function"):
                function = self._function()
                functions[function.name] = function
            else:
                rules.append(self._rule())
            self._newlines(";")
        for token in self.tokens:
            if token.kind == "call" and token.text not in functions:
                raise Failure(f"line {self._token.line}: function {token.text} never defined", 2)
        return Program(tuple(rules), functions)

    # Words

    @property
    def _token(self) -> Token:
        return self.tokens[self.position]

    def _at(self, *kinds: str) -> bool:
        return self.tokens[self.position].kind in kinds

    def _accept(self, *kinds: str) -> bool:
        if self._at(*kinds):
            self.position += 1
            return True
        return False

    def _expect(self, kind: str) -> Token:
        token = self._token
        if token.kind != kind:
            if token.kind == "end":
                missing = {"}": "missing } near end of file", ")": "missing ) near end of file"}
                raise Failure(f"line {token.line}: {missing.get(kind, 'syntax error at or near end of file')}", 2)
            shown = "end of line" if token.kind == "newline" else token.text
            raise Failure(f"line {token.line}: syntax error at or near {shown}", 2)
        self.position += 1
        return token

    def _newlines(self, *more: str) -> None:
        while self._accept("newline", *more):
            pass

    # Rules and statements

    def _function(self) -> Function:
        name = self._token
        if not self._accept("call", "name"):
            self._expect("name")
        self._expect("(")
        parameters: list[str] = []
        while not self._accept(")"):
            parameters.append(self._expect("name").text)
            self._accept(",")
            self._newlines()
        self._newlines()
        return Function(name.text, tuple(parameters), self._block())

    def _rule(self) -> Rule:
        if self._at("BEGIN", "END"):
            kind = self._token.kind
            self.position += 1
            return Rule(kind, (), self._block())
        patterns: list[Expression] = []
        if not self._at("{"):
            patterns.append(self._expression())
            if self._accept(","):
                self._newlines()
                patterns.append(self._expression())
        action = self._block() if self._at("{") else None
        if action is None and not self._at("newline", ";", "end"):
            self._expect("newline")
        return Rule("", tuple(patterns), action)

    def _block(self) -> Block:
        self._expect("{")
        statements: list[Statement] = []
        self._newlines(";")
        while not self._at("}"):
            if self._at("end"):
                self._expect("}")
            statements.append(self._statement())
            self._newlines(";")
        self._expect("}")
        return Block(tuple(statements))

    def _body(self) -> Statement:
        self._newlines()
        if self._accept(";"):
            return Block(())
        return self._statement()

    def _statement(self) -> Statement:
        if self._at("{"):
            return self._block()
        match self._token.kind:
            case "if":
                return self._if()
            case "while":
                self.position += 1
                condition = self._parenthesised()
                return Loop(None, condition, None, self._body())
            case "do":
                return self._do()
            case "for":
                return self._for()
        statement = self._simple()
        if not self._at("}"):
            if not self._at("newline", ";"):
                self._expect("newline")
            self.position += 1
        return statement

    def _if(self) -> If:
        self.position += 1
        condition = self._parenthesised()
        yes = self._body()
        start = self.position
        self._newlines(";")
        if not self._accept("else"):
            self.position = start
            return If(condition, yes, None)
        return If(condition, yes, self._body())

    def _do(self) -> Loop:
        self.position += 1
        body = self._body()
        self._newlines(";")
        self._expect("while")
        condition = self._parenthesised()
        return Loop(None, condition, None, body, first=True)

    def _for(self) -> Statement:
        self.position += 1
        self._expect("(")
        names = [token.kind for token in self.tokens[self.position : self.position + 4]]
        if names == ["name", "in", "name", ")"]:
            variable = self._expect("name").text
            self._expect("in")
            array = self._expect("name").text
            self._expect(")")
            return ForEach(variable, array, self._body())
        start = None if self._at(";") else self._simple()
        self._expect(";")
        self._newlines()
        condition = None if self._at(";") else self._expression()
        self._expect(";")
        self._newlines()
        step = None if self._at(")") else self._simple()
        self._expect(")")
        return Loop(start, condition, step, self._body())

    def _parenthesised(self) -> Expression:
        self._expect("(")
        expression = self._expression()
        self._expect(")")
        return expression

    def _simple(self) -> Statement:
        kind = self._token.kind
        match kind:
            case "print" | "printf":
                return self._print()
            case "next" | "nextfile" | "break" | "continue":
                self.position += 1
                return Leave(kind)
            case "exit" | "return":
                self.position += 1
                return Leave(kind, None if self._at("newline", ";", "}") else self._expression())
            case "delete":
                self.position += 1
                name = self._expect("name").text
                if not self._accept("["):
                    return Delete(name, None)
                subscripts = self._list("]")
                return Delete(name, subscripts)
        return Evaluate(self._expression())

    def _print(self) -> Print:
        formatted = self._token.kind == "printf"
        self.position += 1
        before, self.no_greater = self.no_greater, True
        arguments: tuple[Expression, ...] = ()
        if not self._at("newline", ";", "}", ">", ">>", "|"):
            arguments = self._several()
        self.no_greater = before
        if len(arguments) == 1 and isinstance(arguments[0], Group) and len(arguments[0].inside) > 1:
            arguments = arguments[0].inside
        redirection, target = "", None
        if self._at(">", ">>", "|"):
            redirection = self._token.kind
            self.position += 1
            target = self._concatenation()
        return Print(formatted, arguments, redirection, target)

    def _several(self) -> tuple[Expression, ...]:
        expressions = [self._expression()]
        while self._accept(","):
            self._newlines()
            expressions.append(self._expression())
        return tuple(expressions)

    def _list(self, close: str) -> tuple[Expression, ...]:
        """Expressions up to a bracket; inside brackets everything is allowed again."""
        before = self.no_in, self.no_greater
        self.no_in = self.no_greater = False
        self._newlines()
        expressions = () if self._at(close) else self._several()
        self._newlines()
        self._expect(close)
        self.no_in, self.no_greater = before
        return expressions

    # Expressions, from loose to tight

    def _expression(self) -> Expression:
        left = self._conditional()
        if self._at(*_ASSIGNMENTS) and isinstance(left, Variable | Field | Element):
            operator = self._token.kind[:-1]
            self.position += 1
            self._newlines()
            return Assign(left, operator, self._expression())
        return left

    def _conditional(self) -> Expression:
        condition = self._or()
        if not self._accept("?"):
            return condition
        self._newlines()
        yes = self._expression()
        self._newlines()
        self._expect(":")
        self._newlines()
        return Conditional(condition, yes, self._expression())

    def _or(self) -> Expression:
        left = self._and()
        while self._accept("||"):
            self._newlines()
            left = Binary("||", left, self._and())
        return left

    def _and(self) -> Expression:
        left = self._in()
        while self._accept("&&"):
            self._newlines()
            left = Binary("&&", left, self._in())
        return left

    def _in(self) -> Expression:
        left = self._match()
        while not self.no_in and self._accept("in"):
            subscripts = left.inside if isinstance(left, Group) else (left,)
            left = Membership(subscripts, self._expect("name").text)
        return left

    def _match(self) -> Expression:
        left = self._comparison()
        while self._at("~", "!~"):
            operator = self._token.kind
            self.position += 1
            left = Binary(operator, left, self._comparison())
        return left

    def _comparison(self) -> Expression:
        left = self._concatenation()
        while True:
            if self._at("<", "<=", "==", "!=", ">=") or (self._at(">") and not self.no_greater):
                operator = self._token.kind
                self.position += 1
                left = Binary(operator, left, self._concatenation())
            elif self._at("|") and self.tokens[self.position + 1].kind == "getline":
                self.position += 2
                left = Getline("|", left, self._getline_target())
            else:
                return left

    def _concatenation(self) -> Expression:
        left = self._additive()
        while self._at(*_BEGINS_OPERAND) and not self._at("+", "-"):
            left = Binary(" ", left, self._additive())
        return left

    def _additive(self) -> Expression:
        left = self._multiplicative()
        while self._at("+", "-"):
            operator = self._token.kind
            self.position += 1
            left = Binary(operator, left, self._multiplicative())
        return left

    def _multiplicative(self) -> Expression:
        left = self._unary()
        while self._at("*", "/", "%"):
            operator = self._token.kind
            self.position += 1
            left = Binary(operator, left, self._unary())
        return left

    def _unary(self) -> Expression:
        if self._at("!", "-", "+"):
            operator = self._token.kind
            self.position += 1
            return Unary(operator, self._unary())
        return self._power()

    def _power(self) -> Expression:
        base = self._postfix()
        if self._accept("^"):
            return Binary("^", base, self._unary() if self._at("-", "+", "!") else self._power())
        return base

    def _postfix(self) -> Expression:
        if self._at("++", "--"):
            by = 1 if self._token.kind == "++" else -1
            self.position += 1
            return Increment(self._primary(), by, True)
        operand = self._primary()
        if self._at("++", "--") and isinstance(operand, Variable | Field | Element):
            by = 1 if self._token.kind == "++" else -1
            self.position += 1
            return Increment(operand, by, False)
        return operand

    def _primary(self) -> Expression:
        token = self._token
        self.position += 1
        match token.kind:
            case "number":
                return Constant(float(int(token.text, 16)) if token.text[:2].lower() == "0x" else float(token.text))
            case "text":
                return Constant(token.text)
            case "regex":
                return Regex(token.text)
            case "$":
                return Field(self._postfix() if self._at("++", "--") else self._field_index())
            case "(":
                return Group(self._list(")"))
            case "name":
                if self._accept("["):
                    return Element(token.text, self._list("]"))
                return Variable(token.text)
            case "call":
                self._expect("(")
                return Call(token.text, self._list(")"))
            case "builtin":
                return Call(token.text, self._list(")") if self._accept("(") else ())
            case "getline":
                target = self._getline_target()
                if self._accept("<"):
                    return Getline("<", self._primary_or_field(), target)
                return Getline("", None, target)
            case "-" | "+" | "!":
                return Unary(token.kind, self._unary())
        self.position -= 1
        self._expect("an expression")
        raise AssertionError

    def _field_index(self) -> Expression:
        if self._at("-", "+", "!"):
            operator = self._token.kind
            self.position += 1
            return Unary(operator, self._field_index())
        return self._primary()

    def _primary_or_field(self) -> Expression:
        return self._primary()

    def _getline_target(self) -> Expression | None:
        return self._primary() if self._at("name", "$") else None
