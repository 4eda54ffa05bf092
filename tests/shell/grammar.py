"""Scripts by chance: Hypothesis strategies over the grammar of the shell.

What they make always ends, in the real bash too: loops count, functions call no functions, nothing is started in the
background, and files are written only under two names in the working directory. Patterns of files see that directory
and no other: the root of the machine is not the simulated one's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

PRELUDE = """\
a='x y' b= c=3 d='*.txt' e=a:b::c g=' lead trail ' n=7
arr=(one 'two three' '' 4)
declare -A map=([k]=v ['two words']='t w')
: > f1.txt; : > f2.txt; : > 'g h.txt'; : > .hidden; : > data; echo 'l 1
l:2 x' > lines
set -- p1 'p 2' ''
"""

NAMES = ("a", "b", "c", "d", "e", "g", "n", "unset1")
NUMBERS = ("0", "1", "2", "3", "-1", "7", "010", "0x1f", "16#ff")
PLAIN = ("foo", "bar", "x", "a.b", "3", "-n", "--", "=", "x=y", "%s", "key:val", "é", "./", ".", "]")
FILES = ("out1", "out2")
MEMBERS = (
    "arr[0]",
    "arr[1]",
    "arr[-1]",
    "arr[n-6]",
    "arr[9]",
    "arr[@]",
    "arr[*]",
    "map[k]",
    "map[two words]",
    "map[@]",
)
GLOBS = ("*", "*.txt", "f?.txt", "[fg]*", "[!f]*", "nothing*", ".*", "f[12].txt", "*[[:digit:]]*")
PATTERNS = ("x*", "*y", "?", "[a-m]*", "*", "a:*", "3", "x' 'y", "*' '*", "[[:upper:]]*", "t*", "''", "*.txt")
EXTENDED = ("@(x|3)*", "+([0-9])", "?(x)y", "*(a|b|:)", "!(x*)")
SEPARATORS = ("; ", "\n", "\n")


@cache
def _up_to(highest: int) -> st.SearchStrategy[int]:
    """One strategy for all draws of its kind: making them takes longer than drawing."""
    return st.integers(0, highest)


@dataclass
class Writer:
    """Draws one script. `depth` is how deep in compound commands and substitutions it stands."""

    draw: Callable[[Any], Any]
    depth: int = 0
    loops: int = 0
    in_function: bool = False
    functions: int = 0
    substitutions: int = 0
    redirects: bool = True

    def __post_init__(self) -> None:
        self.empties_ifs = self.chance(30)

    def one(self, *choices: Any) -> Any:
        return choices[self.draw(_up_to(len(choices) - 1))]

    def chance(self, percent: int) -> bool:
        return bool(self.draw(_up_to(99)) < percent)

    def some(self, make: Callable[[], str], least: int, most: int, separator: str = " ") -> str:
        return separator.join(make() for _ in range(self.draw(st.integers(least, most))))

    def deeper(self, make: Callable[[], str]) -> str:
        self.depth += 1
        try:
            return make()
        finally:
            self.depth -= 1

    def without_files(self, make: Callable[[], str]) -> str:
        """What writes no file of its own, by no function either: one that stands around it is written by it alone."""
        before = self.redirects, self.functions
        self.redirects, self.functions = False, 0
        try:
            return make()
        finally:
            self.redirects, self.functions = before

    # Words

    def name(self) -> str:
        return str(self.one(*NAMES))

    def word(self) -> str:
        return self.some(self.piece, 1, 2, "")

    def piece(self) -> str:
        kinds: list[Callable[[], str]] = [
            lambda: str(self.one(*PLAIN)),
            lambda: str(self.one("''", "' '", "'a  b'", "'$a'", "'*'", r"$'t\tn\n'", r"\ ", r"\*", r"\$_", r"\\")),
            lambda: f'"{self.some(self.quoted, 0, 2, "")}"',
            lambda: f'"{self.variable()}"',
            self.variable,
            self.variable,
            lambda: str(self.one(*GLOBS)),
            lambda: str(self.one("{1..3}", "{a,b}", "{x,'y z'}", "{c..a}", "p{,q}s", "{1}", "{a,{b,c}}")),
            lambda: f"$(( {self.arithmetic()} ))",
        ]
        if self.depth < 3:
            kinds.append(lambda: self.deeper(self.substitution))
        return str(self.one(*kinds)())

    def quoted(self) -> str:
        kinds: list[Callable[[], str]] = [
            lambda: str(self.one("text", " ", "a  b", "'", "*", r"\$", r"\"", r"\a", "%d", "\\\\")),
            lambda: self.variable(beside=True),
            lambda: self.variable(beside=True),
            lambda: f"$(( {self.arithmetic()} ))",
        ]
        if self.depth < 3:
            kinds.append(lambda: self.deeper(self.substitution))
        return str(self.one(*kinds)())

    def substitution(self) -> str:
        self.substitutions += 1
        body = self.one(self.output, self.simple, lambda: self.list(1, 2))()
        self.substitutions -= 1
        return f"$( {body} )"

    def variable(self, *, beside: bool = False) -> str:
        """A parameter; `beside` others in double quotes, where bash splits a changed `$*` that stands next to `$@`."""
        name = self.name()
        target = self.one(name, name, self.one("@", "*", "1", "2", "4"), self.one(*MEMBERS))
        if beside and (target[:1] == "*" or target[-2:] == "*]"):
            target = name
        many = target[:1] in ("@", "*") or target[-2:] in ("@]", "*]")
        cut = name if many and self.empties_ifs else target  # without IFS bash lets its byte 01 out into the text
        kinds: list[Callable[[], str]] = [
            lambda: f"${name}",
            lambda: f"${{{target}}}",
            lambda: str(self.one("$@", "$*", "$#", "$?", "${#@}", "$1", "${2}", "$#")),
            lambda: f"${{{target}{self.one(':-', '-', ':+', '+')}{self.operand()}}}",
            lambda: f"${{#{target}}}",
            lambda: f"${{{cut}{self.one('#', '##', '%', '%%')}{self.one(*PATTERNS)}}}",
            lambda: f"${{{target}{self.one('/', '//', '/#', '/%')}{self.one(*PATTERNS)}/{self.replacement()}}}",
            lambda: f"${{{target}:{self.one('0', '1', '2', ' -1', ' -2', 'n-6')}}}",
            lambda: f"${{{target}:{self.one('0', '1', ' -2')}:{self.one('1', '2', '0', '10')}}}",
            lambda: f"${{{target}{self.one('^', '^^', ',', ',,')}}}",
            lambda: f"${{{cut}@{self.one('Q', 'U', 'L', 'u', 'E')}}}",
            lambda: str(self.one("${!arr[@]}", "${#arr[@]}", "${#map[@]}", "${arr[@]:1:2}", "${!map[@]}")),
        ]
        return str(self.one(*kinds)())

    def operand(self) -> str:
        return str(self.one("", "def", "'q d'", '"$a"', "$c", "x y", "$b", '"$@"', "\\*", "&"))

    def replacement(self) -> str:
        """No `"$@"`: with an empty parameter bash 5.2 lets its mark of an empty word (byte 7f) out into the text."""
        return str(self.one("", "def", "'q d'", '"$a"', "$c", "x y", "$b", '"$*"', "\\*", "&"))

    # Arithmetic and tests

    def arithmetic(self, depth: int = 0) -> str:
        kinds: list[Callable[[], str]] = [
            lambda: str(self.one(*NUMBERS)),
            lambda: str(self.one("c", "n", "unset1", "arr[3]", "$n", "${c}")),
        ]
        if depth < 2:
            kinds += [
                lambda: self._binary(depth),
                lambda: self._binary(depth),
                lambda: f"{self.one('-', '!', '~', '+')} {self.arithmetic(depth + 1)}",
                lambda: f"( {self.arithmetic(depth + 1)} )",
                lambda: f"( n {self.one('=', '+=', '-=', '*=')} {self.arithmetic(depth + 1)} )",
                lambda: str(self.one("n++", "++n", "n--", "--n")),
                lambda: " ".join(
                    [self.arithmetic(depth + 1), "?", self.arithmetic(depth + 1), ":", self.arithmetic(depth + 1)]
                ),
            ]
        return str(self.one(*kinds)())

    def _binary(self, depth: int) -> str:
        operator = self.one("+", "-", "*", "/", "%", "<", ">", "<=", "==", "!=", "&&", "||", "&", "|", "^", "<<", ",")
        return f"{self.arithmetic(depth + 1)} {operator} {self.arithmetic(depth + 1)}"

    def test(self, depth: int = 0) -> str:
        word = self.single
        kinds: list[Callable[[], str]] = [
            lambda: f"{self.one('-n', '-z', '-f', '-e', '-d', '-s')} {word()}",
            lambda: f"-v {self.one('a', 'unset1', 'arr[1]', 'map[k]', 'arr')}",
            lambda: f"{word()} {self.one('==', '!=', '=')} {self.one(word, lambda: self.one(*PATTERNS))()}",
            lambda: f"{word()} == {self.one(*EXTENDED)}",
            lambda: f"{word()} {self.one('<', '>')} {word()}",
            lambda: (
                f"{self.one('$c', '$n', '3', 'n+1')} {self.one('-eq', '-lt', '-ge', '-ne')} {self.one('3', '$n', 'c')}"
            ),
            lambda: f"{word()} =~ {self.one('^x', 'y$', '[0-9]+', '^(.)(.*)$', '(a|b):?', '$c', 'x.y', '^$')}",
            word,
        ]
        if depth < 2:
            kinds += [
                lambda: f"{self.test(depth + 1)} {self.one('&&', '||')} {self.test(depth + 1)}",
                lambda: f"! {self.test(depth + 1)}",
                lambda: f"( {self.test(depth + 1)} )",
            ]
        return str(self.one(*kinds)())

    def single(self) -> str:
        """A word that stays one word in a test."""
        return str(self.one(f"${self.name()}", f'"{self.quoted()}"', self.one("x", "3", "f1.txt", "'x y'", "''")))

    def evaluated(self) -> str:
        """A word for `eval` without an open quote: behind one bash 5.2 takes the next `((` for two subshells."""
        return str(self.one(f"${{{self.name()}//[\\\"\\']}}", "x", "3", "f1.txt", "'x y'", "'$a'", "''"))

    # Commands

    def output(self) -> str:
        form = self.one("<%s>", "<%s>", r"%s\n", "%s|%s ", "[%5s]", "[%-4s]", "%d;", "%q ", "%x,", "%%%.1s", "%b")
        return str(
            self.one(
                lambda: f"printf '{form}' {self.some(self.word, 0, 3)}",
                lambda: f"echo {self.some(self.word, 0, 3)}",
                lambda: f"printf '<%s>' {self.some(self.word, 1, 3)}; echo",
            )()
        )

    def assignment(self) -> str:
        target = self.name()
        return str(
            self.one(
                lambda: f"{target}={self.value()}",
                lambda: f"{target}+={self.value()}",
                lambda: f"arr=( {self.elements(3)} )",
                lambda: f"arr+=( {self.elements(2)} )",
                lambda: f"arr[{self.one('0', '2', '-1', 'c', '5')}]={self.value()}",
                lambda: f"map[{self.one('k', 'new', '$c')}]={self.value()}",
            )()
        )

    def elements(self, most: int) -> str:
        """Words of an array without a `\\ ` at the end, which bash 5.2 cuts in half in a command substitution."""
        words = self.some(self.word, 0, most)
        return f"{words[:-2]}' '" if words.endswith("\\ ") else words

    def value(self) -> str:
        return str(self.one("", f"${self.name()}", f'"{self.quoted()}"', self.piece()))

    def simple(self) -> str:
        kinds: list[Callable[[], str]] = [
            self.output,
            self.output,
            self.output,
            self.assignment,
            self.assignment,
            lambda: f"[[ {self.test()} ]]",
            lambda: f"(( {self.arithmetic()} ))",
            lambda: f"[ {self.one('-n', '-z', '-f')} {self.word()} ]",
            lambda: f"[ {self.word()} {self.one('=', '!=')} {self.word()} ]",
            lambda: f"[ {self.one('$c', '$n', '3')} {self.one('-eq', '-gt', '-le')} {self.one('3', '$n', 'x')} ]",
            lambda: str(self.one(":", "true", "false", "true", "false")),
            lambda: f'let "{self.arithmetic()}"',
            lambda: f"set -- {self.some(self.word, 0, 3)}",
            lambda: f"shift {self.one('', '1', '2', '9')}",
            lambda: f"unset {self.one(*NAMES, 'arr', 'arr[1]', 'map[k]')}",
            lambda: f"read -r {self.one('a', 'a b', '-a arr', '')} <<< {self.value() or 'in'}",
            lambda: f"IFS={self.one(':', ',', '', ' ')} read {self.one('', '-r')} a b c <<< {self.value() or 'in'}",
            lambda: f"declare {self.one('-i', '-u', '-l', '-r', '-x', '-a', '')} {self.one('v1', 'v2')}={self.value()}",
            lambda: f"set {self.one('-', '+')}{self.one('e', 'u', 'f', 'e', 'C')}",
            lambda: f"set {self.one('-', '+')}o pipefail",
            lambda: f"shopt {self.one('-s', '-u')} {self.one('nullglob', 'extglob', 'nocasematch', 'dotglob')}",
            lambda: (
                f"IFS={self.one(':', repr(' '), repr('') if self.empties_ifs else ',', 'x')}"
            ),  # a `*` in IFS: see docs/fidelity.md
            lambda: f"eval {self.one('echo', 'a=', ':')} {self.some(self.evaluated, 0, 1)}",
            lambda: f"{self.name()}={self.value()} {self.one('eval', ':', 'read a <<<')} '{self.one('echo $a', 'x')}'",
            self.document,
            lambda: "mapfile -t arr < lines",
            lambda: f"trap '{self.one('echo bye $?', 'echo bye; false', ':')}' EXIT",
        ]
        if self.in_function:
            kinds += [
                lambda: f"local {self.name()}={self.value()}",
                lambda: f"return {self.one('', '0', '3', '$c')}",
            ]
        if self.loops:
            levels = " 2" if self.loops > 1 and self.chance(50) else ""  # see docs/fidelity.md
            kinds += [lambda: f"{self.one('break', 'continue')}{levels}"]
        if not self.in_function and self.functions:
            kinds += [lambda: f"f{self.draw(st.integers(1, self.functions))} {self.some(self.word, 0, 2)}"] * 4
        if self.substitutions > 0 and self.depth > 1:
            kinds.remove(self.document)  # written out again with commands around it, bash forgets a `;`
        if self.chance(3):
            return f"exit {self.one('', '0', '3', '$c')}"
        return str(self.one(*kinds)())

    def document(self) -> str:
        """A here-document; one in a substitution in it has another delimiter."""
        end = f"E{self.depth}"
        return f"cat <<{self.one(end, repr(end))}\n{self.some(self.quoted, 0, 3, '')}\n{end}\n:"

    def redirection(self) -> str:
        return str(
            self.one(
                f"> {self.one(*FILES)}",
                f">> {self.one(*FILES)}",
                "< lines",
                "2> /dev/null",
                "2>&1",
                "> /dev/null",
                "< nothing",
                f"<<< {self.value() or 'here'}",
                f">| {self.one(*FILES)}",
                "1>&2",
                f"&> {self.one(*FILES)}",
            )
        )

    def command(self) -> str:
        if self.depth >= 3 or self.chance(60):
            text = self.simple()
            return f"{text} {self.redirection()}" if self.redirects and self.chance(12) and "<<" not in text else text
        text = self.deeper(self.compound)
        return f"{text} {self.redirection()}" if self.redirects and self.chance(15) else text

    def compound(self) -> str:
        return str(
            self.one(
                self.condition,
                self.condition,
                self.loop,
                self.loop,
                self.case,
                lambda: f"{{ {self.list(1, 3)}\n}}",
                lambda: f"( {self.list(1, 3)}\n)",
                self.pipeline,
                lambda: f"{self.command()} && {self.command()}",
                lambda: f"{self.command()} || {self.command()}",
                lambda: f"! {self.output()}",
                lambda: f"! [[ {self.test()} ]]",
            )()
        )

    def condition(self) -> str:
        text = f"if {self.list(1, 2)}\nthen {self.list(1, 2)}\n"
        if self.chance(30):
            text += f"elif {self.list(1, 1)}\nthen {self.list(1, 2)}\n"
        if self.chance(50):
            text += f"else {self.list(1, 2)}\n"
        return text + "fi"

    def loop(self) -> str:
        counter = (
            f"_{'f' * self.in_function}{self.loops}{self.depth}"  # a function's own, lest it winds back its caller's
        )
        self.loops += 1
        body = self.list(1, 3)
        self.loops -= 1
        return str(
            self.one(
                f"for v in {self.some(self.word, 0, 3)}; do printf '%s,' \"$v\"; {body}\ndone",
                f"for v; do {body}\ndone",
                f"for (({counter}=0; {counter}<3; {counter}++)); do {body}\ndone",
                f"{counter}=0; while (( {counter}++ < 3 )); do {body}\ndone",
                f"{counter}=0; until [ $(( {counter} += 1 )) -gt 2 ]; do {body}\ndone",
                f"while IFS= read -r line; do printf '(%s)' \"$line\"; {body}\ndone < lines",
            )
        )

    def case(self) -> str:
        items = "".join(
            f"  {self.some(lambda: str(self.one(*PATTERNS)), 1, 2, ' | ')}) {self.list(1, 2)}\n  "
            f"{self.one(';;', ';;', ';;', ';&', ';;&')}\n"
            for _ in range(self.draw(st.integers(1, 3)))
        )
        return f"case {self.single()} in\n{items}esac"

    def pipeline(self) -> str:
        """Only the last stage may print where others do, and it reads all: no two orders of the stages differ.

        Redirections stand around it, so that the last stage makes no files that patterns in the first one may see.
        """
        left = self.without_files(
            self.one(
                self.output,
                lambda: f"{{ {self.some(self.simple, 1, 2, chr(10))}\n}}",
                lambda: f"for v in {self.some(self.word, 0, 3)}; do {self.output()}; done",
            )
        )
        right = self.one(
            lambda: "cat",
            lambda: 'while read -r line; do echo "[$line]"; done',
            lambda: f"{{ cat; {self.list(1, 2)}\n}}",
            lambda: f"{{ mapfile -t arr; {self.list(1, 2)}\n}}",
        )()
        return f"{{ {{ {left}\n}} 2> /dev/null | {right}\n}}"

    def list(self, least: int, most: int) -> str:
        texts = [self.command() for _ in range(self.draw(st.integers(least, most)))]
        return (
            "".join(text + ("\n" if "<<" in text else self.one(*SEPARATORS)) for text in texts).rstrip(" ").rstrip(";")
        )

    def script(self) -> str:
        parts = [PRELUDE]
        if self.chance(35):
            parts.append(f"set -{self.one('e', 'e', 'u', 'eu')}")
        for number in range(1, self.draw(st.integers(0, 2)) + 1):
            self.in_function = True
            parts.append(f"f{number}() {{ {self.deeper(lambda: self.list(1, 3))}\n}}")
            self.in_function = False
            self.functions = number
        parts.append(self.list(2, 6))
        parts.append('printf "\\n%s" "$?" "$a" "$n" "${arr[@]}"')
        return "\n".join(parts) + "\n"


@st.composite
def scripts(draw: Callable[[Any], Any]) -> str:
    """A script that ends."""
    return Writer(draw).script()
