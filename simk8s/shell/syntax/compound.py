"""Compound commands: `if`, loops, `case`, groups, functions. Each function reads one, from its first token."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simk8s.shell.syntax import conditional, expansion
from simk8s.shell.syntax.nodes import (
    ArithmeticCommand,
    ArithmeticFor,
    Case,
    CaseItem,
    Command,
    Conditional,
    Coprocess,
    For,
    FunctionDefinition,
    Group,
    If,
    Select,
    Sequence,
    Subshell,
    While,
)
from simk8s.shell.syntax.parts import Word
from simk8s.shell.syntax.reader import ShellSyntaxError
from simk8s.shell.syntax.token import END, NEWLINE, OPERATOR, WORD_TOKEN

if TYPE_CHECKING:
    from simk8s.shell.syntax.grammar import Grammar


def read_if(grammar: Grammar) -> Command:
    start = grammar.take().offset
    branches = [_branch(grammar)]
    otherwise = None
    while True:
        if grammar.at_word("elif"):
            grammar.take()
            branches.append(_branch(grammar))
        elif grammar.at_word("else"):
            grammar.take()
            otherwise = grammar.sequence("fi")
        else:
            grammar.expect_word("fi")
            break
    place = grammar.reader.place(start)
    redirections = grammar.redirections()
    return If(*place, tuple(branches), otherwise, redirections, grammar.source_from(start))


def _branch(grammar: Grammar) -> tuple[Sequence, Sequence]:
    condition = grammar.sequence("then")
    grammar.expect_word("then")
    return condition, grammar.sequence("elif", "else", "fi")


def read_while(grammar: Grammar) -> Command:
    token = grammar.take()
    condition = grammar.sequence("do")
    body = _do_group(grammar)
    redirections = grammar.redirections()
    place = grammar.reader.place(token.offset)
    return While(*place, condition, body, token.text == "until", redirections, grammar.source_from(token.offset))


def _do_group(grammar: Grammar) -> Sequence:
    grammar.expect_word("do")
    body = grammar.sequence("done")
    grammar.expect_word("done")
    return body


def read_for(grammar: Grammar) -> Command:
    start = grammar.take().offset
    if grammar.at("(") and grammar.reader.dialect.arithmetic_command:
        opening = grammar.peek().offset
        if grammar.reader.text.startswith("((", opening):
            return _arithmetic_for(grammar, start, opening)
    name, words, body = _loop_over_words(grammar)
    redirections = grammar.redirections()
    return For(*grammar.reader.place(start), name, words, body, redirections, grammar.source_from(start))


def read_select(grammar: Grammar) -> Command:
    start = grammar.take().offset
    name, words, body = _loop_over_words(grammar)
    redirections = grammar.redirections()
    return Select(*grammar.reader.place(start), name, words, body, redirections, grammar.source_from(start))


def _loop_over_words(grammar: Grammar) -> tuple[str, tuple[Word, ...] | None, Sequence]:
    if grammar.peek().kind != WORD_TOKEN:
        raise grammar.missing_word()
    name = grammar.take().text
    words: tuple[Word, ...] | None = None
    if grammar.at(";"):
        grammar.take()
        grammar.skip_newlines()
    else:
        grammar.skip_newlines()
        if grammar.at_word("in"):
            grammar.take()
            listed = []
            while grammar.peek().kind == WORD_TOKEN:
                listed.append(grammar.take().word)
            words = tuple(word for word in listed if word is not None)
            if not grammar.at(";") and grammar.peek().kind != NEWLINE:
                raise grammar.unexpected()
            grammar.take()
            grammar.skip_newlines()
    return name, words, _loop_body(grammar)


def _loop_body(grammar: Grammar) -> Sequence:
    if grammar.at_word("{"):
        return _braces(grammar)
    return _do_group(grammar)


def _arithmetic_for(grammar: Grammar, start: int, opening: int) -> Command:
    reader = grammar.reader
    end = expansion.closing_parenthesis(reader, opening + 2)
    if end is None:
        raise reader.unexpected_end("((", ")", opening)
    parts = _split_at_semicolons(reader.text, opening + 2, end)
    if len(parts) != 3 or reader.text[end + 1 : end + 2] != ")":
        line, column = reader.place(opening)
        wrong = "`;' unexpected" if len(parts) > 3 else "arithmetic expression required"
        raise ShellSyntaxError(
            f"syntax error: {wrong}", line, column, second=f"syntax error: `(({reader.text[opening + 2 : end]}))'"
        )
    expressions = [expansion.arithmetic_word(reader, *bounds) for bounds in parts]
    grammar.reset(end + 2)
    if grammar.at(";"):
        grammar.take()
    grammar.skip_newlines()
    body = _loop_body(grammar)
    redirections = grammar.redirections()
    return ArithmeticFor(
        *reader.place(start),
        expressions[0],
        expressions[1],
        expressions[2],
        body,
        redirections,
        grammar.source_from(start),
    )


def _split_at_semicolons(text: str, start: int, end: int) -> list[tuple[int, int]]:
    bounds, depth, begin = [], 0, start
    for offset in range(start, end):
        character = text[offset]
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif character == ";" and depth == 0:
            bounds.append((begin, offset))
            begin = offset + 1
    return [*bounds, (begin, end)]


def read_case(grammar: Grammar) -> Command:
    start = grammar.take().offset
    if grammar.peek().kind != WORD_TOKEN:
        raise grammar.missing_word()
    subject = grammar.take().word
    assert subject is not None
    grammar.skip_newlines()
    grammar.expect_word("in")
    items = []
    grammar.skip_newlines()
    while not grammar.at_word("esac"):
        items.append(_case_item(grammar))
        grammar.skip_newlines()
    grammar.take()
    redirections = grammar.redirections()
    return Case(*grammar.reader.place(start), subject, tuple(items), redirections, grammar.source_from(start))


def _case_item(grammar: Grammar) -> CaseItem:
    start = grammar.peek().offset
    if grammar.at("("):
        grammar.take()
    patterns = []
    while True:
        token = grammar.peek()
        if token.kind != WORD_TOKEN or token.word is None:
            raise grammar.unexpected()
        patterns.append(token.word)
        grammar.take()
        if grammar.at("|"):
            grammar.take()
            continue
        if not grammar.at(")"):
            raise grammar.unexpected()
        grammar.take()
        break
    body = grammar.sequence(";;", ";&", ";;&", "esac", empty=True)
    terminator = grammar.take().text if grammar.at(";;", ";&", ";;&") else ";;"
    return CaseItem(*grammar.reader.place(start), tuple(patterns), body, terminator)


def read_group(grammar: Grammar) -> Command:
    start = grammar.peek().offset
    body = _braces(grammar)
    redirections = grammar.redirections()
    return Group(*grammar.reader.place(start), body, redirections, grammar.source_from(start))


def _braces(grammar: Grammar) -> Sequence:
    grammar.expect_word("{")
    body = grammar.sequence("}")
    grammar.expect_word("}")
    return body


def parenthesis(grammar: Grammar) -> Command:
    """`(( expression ))`, or a subshell."""
    reader = grammar.reader
    start = grammar.peek().offset
    if reader.text.startswith("((", start) and reader.dialect.arithmetic_command:
        end = expansion.closing_parenthesis(reader, start + 2)
        if end is None:
            raise reader.unexpected_end("((", ")", start)
        if reader.text[end + 1 : end + 2] == ")":
            expression = expansion.arithmetic_word(reader, start + 2, end)
            grammar.reset(end + 2)
            redirections = grammar.redirections()
            return ArithmeticCommand(*reader.place(start), expression, redirections, grammar.source_from(start))
    grammar.take()
    body = grammar.sequence(")")
    grammar.take()
    redirections = grammar.redirections()
    return Subshell(*reader.place(start), body, redirections, grammar.source_from(start))


def read_conditional(grammar: Grammar) -> Command:
    start = grammar.take().offset
    test = conditional.read_test(grammar)
    redirections = grammar.redirections()
    return Conditional(*grammar.reader.place(start), test, redirections, grammar.source_from(start))


def read_coprocess(grammar: Grammar) -> Command:
    """`coproc [name] command`: there is a name only in front of a compound command."""
    start = grammar.take().offset
    name = "COPROC"
    token = grammar.peek()
    if token.kind == WORD_TOKEN and token.text not in STARTS and token.text.isidentifier():
        grammar.take()
        following = grammar.peek()
        if grammar.at("(") or (following.kind == WORD_TOKEN and following.text in STARTS):
            name = token.text
        else:
            grammar.reset(token.offset)
    command = grammar.command()
    return Coprocess(*grammar.reader.place(start), name, command, grammar.source_from(start))


def read_function(grammar: Grammar) -> Command:
    start = grammar.take().offset
    if grammar.peek().kind != WORD_TOKEN:
        raise grammar.missing_word()
    name = grammar.take().text
    if grammar.at("("):
        grammar.take()
        if not grammar.at(")"):
            raise grammar.unexpected()
        grammar.take()
    return function_body(grammar, start, name)


def function_body(grammar: Grammar, start: int, name: str) -> FunctionDefinition:
    grammar.skip_newlines()
    token = grammar.peek()
    starts = grammar.reader.dialect.almquist and token.kind == WORD_TOKEN  # there any command may be the body
    starts = starts or (token.kind == OPERATOR and token.text == "(")
    if not starts and (token.kind == END or token.text not in STARTS or token.text == "function"):
        raise grammar.unexpected()
    body = grammar.command()
    return FunctionDefinition(*grammar.reader.place(start), name, body, grammar.source_from(start))


STARTS: dict[str, Callable[[Grammar], Command]] = {
    "if": read_if,
    "while": read_while,
    "until": read_while,
    "for": read_for,
    "select": read_select,
    "case": read_case,
    "{": read_group,
    "[[": read_conditional,
    "function": read_function,
    "coproc": read_coprocess,
}
