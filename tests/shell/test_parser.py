"""The parser: trees, places, one command at a time, and nothing but its own errors."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simk8s.errors import SimError
from simk8s.shell.syntax import ASH, BASH, DASH, POSIX, Parser, ShellSyntaxError, check, parse
from simk8s.shell.syntax.check import walk
from simk8s.shell.syntax.nodes import (
    AndOr,
    ArithmeticCommand,
    ArrayValue,
    Assignment,
    Background,
    Case,
    For,
    FunctionDefinition,
    Pipeline,
    SimpleCommand,
    While,
)
from simk8s.shell.syntax.parts import (
    CommandSubstitution,
    DoubleQuoted,
    FileSubstitution,
    Parameter,
    Quoted,
    Tilde,
    Word,
)


def first(text: str, dialect=BASH):  # type: ignore[no-untyped-def]
    return Parser(text, dialect).next_command()


def test_every_node_knows_its_line_and_column() -> None:
    tree = parse("echo one\n  if true; then\n    echo $x\n  fi\n")
    command = next(node for node in walk(tree) if isinstance(node, Parameter))
    assert (command.line, command.column) == (3, 10)
    for node in walk(tree):
        if hasattr(node, "line"):
            assert node.line >= 1, node
            assert node.column >= 1, node


def test_what_stands_before_a_syntax_error_is_read_first() -> None:
    parser = Parser("echo one\nif true; fi\n")
    assert isinstance(parser.next_command(), SimpleCommand)
    with pytest.raises(ShellSyntaxError) as caught:
        parser.next_command()
    assert caught.value.lines("bash: -c") == [
        "bash: -c: line 2: syntax error near unexpected token `fi'",
        "bash: -c: line 2: `if true; fi'",
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a && b || c", AndOr),
        ("a | b |& c", Pipeline),
        ("! a", Pipeline),
        ("a &", Background),
        ("for i in 1 2; do a; done", For),
        ("until a; do b; done", While),
        ("case x in a|b) c;; esac", Case),
        ("f() { a; }", FunctionDefinition),
        ("function f { a; }", FunctionDefinition),
        ("((1 + 2))", ArithmeticCommand),
    ],
)
def test_each_construct_has_its_node(text: str, kind: type) -> None:
    assert isinstance(first(text), kind)


def test_a_word_is_read_once_into_parts() -> None:
    command = first("""echo a"b $c"'d'$(e)~ ~f $(<g)""")
    parts = [type(part) for part in command.words[1].parts]
    assert parts[1:4] == [DoubleQuoted, Quoted, CommandSubstitution]
    assert isinstance(command.words[2].parts[0], Tilde)
    assert isinstance(command.words[3].parts[0], FileSubstitution)


def test_an_array_is_an_assignment_with_elements() -> None:
    command = first("a+=(x [5]=y $z)")
    (assignment,) = command.assignments
    assert isinstance(assignment.value, ArrayValue)
    assert assignment.append
    assert [element.key is not None for element in assignment.value.elements] == [False, True, False]


def test_an_argument_of_declare_is_an_assignment() -> None:
    command = first("declare -A m=([k]=v)")
    assert isinstance(command.words[2], Assignment)


def test_several_here_documents_of_one_line_are_read_in_order() -> None:
    command = first("cat <<A; cat <<-'B'\none $x\nA\n\ttwo $y\nB\n")
    bodies = [item.redirections[0].document.body.source for item in command.commands]
    assert bodies == ["one $x\n", "two $y\n"]
    assert command.commands[1].redirections[0].document.quoted


def test_a_here_document_goes_on_after_a_pipe() -> None:
    tree = parse("cat <<EOF | sort &&\nbody\nEOF\necho next\n")
    assert isinstance(tree.commands[0], AndOr)


def test_extended_patterns_are_read_when_switched_on() -> None:
    parser = Parser("shopt -s extglob\necho !(a|b)")
    parser.next_command()
    parser.extglob = True
    command = parser.next_command()
    assert isinstance(command, SimpleCommand)
    assert command.words[1].source == "!(a|b)"  # type: ignore[union-attr]


@pytest.mark.parametrize("layer", ["a=$(%s)", "a=~$(%s)", "x[$(%s)]=1", "declare x[$(%s)]=1", "x[<(%s)]=1"])
def test_a_word_that_is_read_twice_reads_what_is_nested_in_it_once(layer: str) -> None:
    text = "x"
    for _ in range(40):
        text = layer % text
    assert isinstance(first(text), SimpleCommand)


@pytest.mark.parametrize(("layer", "problems"), [("a=${x[$(a[%s]=1)]", 1), ("${x[%s}", 0), ("${x[$(%s)}", 0)])
def test_nor_does_it_read_again_and_again_what_is_not_closed(layer: str, problems: int) -> None:
    text = "x"
    for _ in range(40):
        text = layer % text
    assert len(check(text)) == problems


def test_the_same_text_is_parsed_only_once() -> None:
    text = "echo unique-text-for-the-cache"
    assert first(text) is first(text)


@pytest.mark.parametrize(
    ("dialect", "text"),
    [(DASH, "a=(1)"), (ASH, "a=(1)"), (DASH, "cat <<< x"), (DASH, "function f { a; }"), (ASH, "[[ a =~ (b) ]]")],
)
def test_the_smaller_shells_refuse_what_they_do_not_have(dialect, text: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ShellSyntaxError):
        first(text, dialect)
    assert first(text, POSIX) is not None


def test_double_brackets_are_just_a_name_in_dash() -> None:
    command = first("[[ a == b ]]", DASH)
    assert isinstance(command, SimpleCommand)
    assert [word.source for word in command.words if isinstance(word, Word)] == ["[[", "a", "==", "b", "]]"]


def test_check_looks_into_backquotes_and_stops_at_the_first_syntax_error() -> None:
    problems = check("x=`if; fi`\nif; then\n)\n")
    assert [problem.line for problem in problems] == [1, 2]


def test_check_finds_nothing_wrong_with_a_good_script() -> None:
    assert check("set -e\nfor i in 1 2; do echo $i; done\n[[ a =~ (b|c) ]] || exit 0\n") == []


PIECES = st.sampled_from(
    ["a", "$x", "${x}", "${x:-y}", "'", '"', "`", "$(", ")", "((", "))", "{", "}", "[[", "]]", "if", "then", "fi",
     "for", "in", "do", "done", "case", "esac", "while", ";", ";;", "&", "&&", "||", "|", "<", ">", "<<", "<<<", "EOF",
     "(", "\n", "\\", "=", "x=1", "a=(", "!", "#", "*", "?", "[", "]", "~", "$'", "${", "$((", "function", "time", "-"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=15).map(" ".join), st.sampled_from([BASH, POSIX, ASH, DASH]))
def test_scraps_of_shell_give_a_tree_or_the_parsers_own_error(text: str, dialect) -> None:  # type: ignore[no-untyped-def]
    try:
        parse(text, dialect)
    except (ShellSyntaxError, SimError):
        pass


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_text_gives_a_tree_or_the_parsers_own_error(text: str) -> None:
    try:
        parse(text)
    except (ShellSyntaxError, SimError):
        pass
    assert isinstance(check(text), list)
