"""What would never end, or never fit, is stopped: soon, with the line it stood in, and an error that has a page."""

from __future__ import annotations

import pytest

import simk8s
from simk8s.cli.explain_error import pages
from simk8s.errors import SimError

DEEP = 10_000

ENDLESS = {
    "a fork bomb": ("# no comment\nb() { b | b & }\nb\n", "SK305", 2),
    "processes in the background": ("true\nwhile true; do sleep 100 & done", "SK305", 2),
    "a loop": ("true\n\nwhile :; do :; done", "SK301", 3),
    "an arithmetic loop": ("for ((;;)); do x=1; done", "SK301", 1),
    "a loop of exec": ("cd /\necho 'exec bash /loop' > loop\nexec bash /loop", "SK301", 1),
    "a string of 100 MB": ("x=a\nfor i in {1..27}; do\n  x=$x$x\ndone", "SK306", 3),
    "a string of 100 MB from printf": ("\nprintf -v x %100000000s", "SK306", 2),
    "a string of 100 MB from a command": ("x=$(yes)", "SK306", 1),
    "a word of 100 MB": ('printf -v x %20000000s\necho "$x$x$x$x$x$x$x$x$x$x" >f', "SK306", 2),
    "a function that calls itself": ("f() {\n  f\n}\nf", "SK303", 2),
    "a function in its own substitution": ("f() { echo $(f); }\nf", "SK305", 1),
    "an eval that evaluates itself": ('x=\'eval "$x"\'\neval "$x"', "SK303", 2),
    "a file that sources itself": ("echo 'source /again' >/again\nsource /again", "SK303", 2),
    "arithmetic": (f"true\necho $(( {'(' * DEEP}1{')' * DEEP} ))", "SK303", 2),
    "arithmetic with signs": (f"echo $(( {'- ' * DEEP}1 ))", "SK303", 1),
    "arithmetic with choices": (f"echo $(( {'1 ? ' * DEEP}1{' : 0' * DEEP} ))", "SK303", 1),
    "a million words": ("echo {1..1000000}", "SK302", 1),
}

NESTED = {
    "groups": ("{ " * DEEP, "; }" * DEEP),
    "subshells": ("( " * DEEP, ")" * DEEP),
    "substitutions": ("echo " + "$(echo " * DEEP, ")" * DEEP),
    "quoted substitutions": ("echo " + '"$(echo ' * DEEP, ')"' * DEEP),
    "conditions": ("if true; then " * DEEP, "; fi" * DEEP),
    "loops": ("while false; do " * DEEP, "; done" * DEEP),
    "cases": ("case x in x) " * DEEP, ";; esac" * DEEP),
    "functions": ("f() { " * DEEP, "; }" * DEEP),
    "defaults": ("echo " + "${x:-" * DEEP, "}" * DEEP),
    "tests": ("[[ " + "( " * DEEP, " )" * DEEP + " ]]"),
    "patterns": ("shopt -s extglob\n[[ a == " + "@(" * DEEP, ")" * DEEP + " ]]"),
    "brace lists": ("echo " + "{a," * DEEP, "}" * DEEP),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_what_never_ends_is_stopped_with_its_line(what: str) -> None:
    script, code, line = ENDLESS[what]
    with pytest.raises(SimError) as stopped:
        simk8s.sh(script)
    assert (stopped.value.code, stopped.value.place.line if stopped.value.place else None) == (code, line)
    assert stopped.value.hint or code == "SK302"
    assert code in pages()


@pytest.mark.parametrize("what", NESTED)
def test_text_that_nests_ten_thousand_deep_is_a_syntax_error_with_its_line(what: str) -> None:
    opening, closing = NESTED[what]
    try:
        result = simk8s.sh(f"echo before\n{opening}true{closing}")
    except SimError as error:
        assert error.code == "SK303" and error.place is not None and error.place.line == 2
        return
    assert result.status == 2
    assert result.stdout == b"before\n"
    assert b"nested too deeply" in result.stderr and b": line " in result.stderr


def test_a_thousand_words_and_a_hundred_calls_are_no_reason_to_stop() -> None:
    script = "f() { (( $1 == 0 )) || f $(($1 - 1)); }; f 100 && echo {1..1000} | wc -w"
    assert simk8s.sh(script).stdout == b"1000\n"


def test_funcnest_stops_a_recursion_as_in_bash() -> None:
    result = simk8s.sh("FUNCNEST=50; f() { f; }; f; echo not here\necho $?")
    assert (result.status, result.stdout) == (0, b"1\n")
    assert b"f: maximum function nesting level exceeded (50)" in result.stderr


def test_as_many_pieces_in_a_row_as_one_likes_are_no_nesting() -> None:
    chain = "true && " * DEEP + "echo end"
    assert simk8s.sh(chain).stdout == b"end\n"
    assert simk8s.sh("[[ " + "x && " * 5000 + "x ]] && echo end").stdout == b"end\n"
    assert simk8s.sh("true | " * 500 + "echo end").stdout == b"end\n"


def test_a_recursion_in_a_subshell_changes_no_local_of_its_parent() -> None:
    script = "f() { local x=1; ( x=2; unset x; local y=3; g ); g; }; g() { echo ${x-unset}${y-unset}; }; x=0; f; g"
    assert simk8s.sh(script).stdout == b"unset3\n1unset\n0unset\n"
