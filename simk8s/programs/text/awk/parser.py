"""Reads awk: rules, functions and statements."""

from __future__ import annotations

from simk8s.programs.text.awk.expression_parser import ExpressionParser
from simk8s.programs.text.awk.syntax import (
    Block,
    Delete,
    Evaluate,
    Expression,
    ForEach,
    Function,
    Group,
    If,
    Leave,
    Loop,
    Print,
    Program,
    Rule,
    Statement,
)
from simk8s.programs.tool import Failure


class Parser(ExpressionParser):
    """A program as a whole."""

    def program(self) -> Program:
        """Everything."""
        rules: list[Rule] = []
        functions: dict[str, Function] = {}
        self.newlines(";")
        while not self.at("end"):
            if self.accept("function"):
                function = self._function()
                functions[function.name] = function
            else:
                rules.append(self._rule())
            self.newlines(";")
        for token in self.tokens:
            if token.kind == "call" and token.text not in functions:
                raise Failure(f"line {self.token.line}: function {token.text} never defined", 2)
        return Program(tuple(rules), functions)

    def _function(self) -> Function:
        name = self.token
        if not self.accept("call", "name"):
            self.expect("name")
        self.expect("(")
        parameters: list[str] = []
        while not self.accept(")"):
            parameters.append(self.expect("name").text)
            self.accept(",")
            self.newlines()
        self.newlines()
        return Function(name.text, tuple(parameters), self._block())

    def _rule(self) -> Rule:
        if self.at("BEGIN", "END"):
            kind = self.token.kind
            self.position += 1
            return Rule(kind, (), self._block())
        patterns: list[Expression] = []
        if not self.at("{"):
            patterns.append(self.expression())
            if self.accept(","):
                self.newlines()
                patterns.append(self.expression())
        action = self._block() if self.at("{") else None
        if action is None and not self.at("newline", ";", "end"):
            self.expect("newline")
        return Rule("", tuple(patterns), action)

    def _block(self) -> Block:
        self.expect("{")
        statements: list[Statement] = []
        self.newlines(";")
        while not self.at("}"):
            if self.at("end"):
                self.expect("}")
            statements.append(self._statement())
            self.newlines(";")
        self.expect("}")
        return Block(tuple(statements))

    def _body(self) -> Statement:
        self.newlines()
        if self.accept(";"):
            return Block(())
        return self._statement()

    def _statement(self) -> Statement:
        if self.at("{"):
            return self._block()
        match self.token.kind:
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
        if not self.at("}"):
            if not self.at("newline", ";"):
                self.expect("newline")
            self.position += 1
        return statement

    def _if(self) -> If:
        self.position += 1
        condition = self._parenthesised()
        yes = self._body()
        start = self.position
        self.newlines(";")
        if not self.accept("else"):
            self.position = start
            return If(condition, yes, None)
        return If(condition, yes, self._body())

    def _do(self) -> Loop:
        self.position += 1
        body = self._body()
        self.newlines(";")
        self.expect("while")
        condition = self._parenthesised()
        return Loop(None, condition, None, body, first=True)

    def _for(self) -> Statement:
        self.position += 1
        self.expect("(")
        names = [token.kind for token in self.tokens[self.position : self.position + 4]]
        if names == ["name", "in", "name", ")"]:
            variable = self.expect("name").text
            self.expect("in")
            array = self.expect("name").text
            self.expect(")")
            return ForEach(variable, array, self._body())
        start = None if self.at(";") else self._simple()
        self.expect(";")
        self.newlines()
        condition = None if self.at(";") else self.expression()
        self.expect(";")
        self.newlines()
        step = None if self.at(")") else self._simple()
        self.expect(")")
        return Loop(start, condition, step, self._body())

    def _parenthesised(self) -> Expression:
        self.expect("(")
        expression = self.expression()
        self.expect(")")
        return expression

    def _simple(self) -> Statement:
        kind = self.token.kind
        match kind:
            case "print" | "printf":
                return self._print()
            case "next" | "nextfile" | "break" | "continue":
                self.position += 1
                return Leave(kind)
            case "exit" | "return":
                self.position += 1
                return Leave(kind, None if self.at("newline", ";", "}") else self.expression())
            case "delete":
                self.position += 1
                name = self.expect("name").text
                if not self.accept("["):
                    return Delete(name, None)
                subscripts = self.bracketed("]")
                return Delete(name, subscripts)
        return Evaluate(self.expression())

    def _print(self) -> Print:
        formatted = self.token.kind == "printf"
        self.position += 1
        before, self.no_greater = self.no_greater, True
        arguments: tuple[Expression, ...] = ()
        if not self.at("newline", ";", "}", ">", ">>", "|"):
            arguments = self.expressions()
        self.no_greater = before
        if len(arguments) == 1 and isinstance(arguments[0], Group) and len(arguments[0].inside) > 1:
            arguments = arguments[0].inside
        redirection, target = "", None
        if self.at(">", ">>", "|"):
            redirection = self.token.kind
            self.position += 1
            target = self.concatenation()
        return Print(formatted, arguments, redirection, target)
