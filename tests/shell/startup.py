"""Scripts by chance as containers start them: traps, children, descriptors, options, lists that are read line by line.

The words and the commands around them are those of `grammar.py`. What runs in the background is waited for at once, and
signals are sent to oneself only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.shell.grammar import Writer

FILES = ("own1", "own2")
"""No redirection around a pipeline writes these: two stages never write into one file."""

STATUSES = ("0", "1", "3", "$c", "$?", "256")
EXPRESSIONS = ("^([a-z]+)=(.*)$", "(.)(.)?", "-([0-9]+)$", "^[^:]*", "(x|y)+", "([a-z]*):([a-z]*)")
OPTIONS = (":ab:", "ab:", ":x", "n:")


class StartUp(Writer):
    """Draws one script of that kind."""

    def simple(self) -> str:
        return self.habit() if self.chance(30) else super().simple()

    def habit(self) -> str:
        kinds: list[Callable[[], str]] = [
            self.trap,
            self.child,
            self.descriptor,
            self.default,
            self.reference,
            self.matched,
            self.options,
            self.menu,
            self.shown,
            self.status,
            self.printed,
            self.split,
            self.declared,
        ]
        if self.depth < 3:
            kinds += [self.read_lines, self.from_process, self.sourced]
        if self.in_function:
            kinds += [self.local]
        return str(self.one(*kinds)())

    def trap(self) -> str:
        event = self.one("ERR", "ERR", "RETURN", "EXIT", "USR1", "TERM")
        command = self.one("'echo T $?'", "'echo T; false'", "''", "-", "'echo T $1'", '"echo $n"')
        signal = f"; kill -{event} $BASHPID" if event in ("USR1", "TERM") and command not in ("-",) else ""
        return f"trap {command} {event}{signal}"

    def child(self) -> str:
        """In braces, so that no redirection that fails keeps it from being waited for."""
        waited = self.one(
            lambda: f"( exit {self.one(*STATUSES)} ) & wait $!",
            lambda: f"{self.output()} & wait",
            lambda: f"( {self.deeper(super(StartUp, self).simple)} ) & wait $!; echo $?",
            lambda: "( exit 4 ) & wait -n",
            lambda: f"{{ {self.output()}; exit 2; }} > {self.one(*FILES)} & wait $!",
            lambda: "wait",
        )()
        return f"{{ {waited}\n}}"

    def descriptor(self) -> str:
        return str(
            self.one(
                lambda: f"{{ exec 3> {self.one(*FILES)}; echo {self.word()} >&3; exec 3>&-; }}",
                lambda: "{ exec 4< lines; read -r a <&4; read -r -u 4 b; exec 4<&-; }",
                lambda: f"{{ exec {{fd}}>> {self.one(*FILES)}; echo {self.word()} >&$fd; exec {{fd}}>&-; }}",
                lambda: f"{{ echo {self.word()} 2>&1 >&2 | cat\n}}",
                lambda: f"{{ echo {self.word()}; echo e >&2; }} 2>&1 > {self.one(*FILES)}",
                lambda: f"echo {self.word()} >&9",
                lambda: f"{{ {self.output()}\n}} 3>&1 >&3",
                lambda: f"cat {self.one('<&- 2> /dev/null', '< nothing', '- < lines', '<> f1.txt')}",
                lambda: f"( exec > {self.one(*FILES)} 2>&1; {self.output()} )",
                lambda: "read -r a b < lines",
            )()
        )

    def default(self) -> str:
        name = self.name()
        return str(
            self.one(
                lambda: f': "${{{name}:={self.operand()}}}"',
                lambda: f"{name}=${{{name}:-{self.operand()}}}",
                lambda: f': "${{{name}:?not set}}"',
                lambda: f"{name}=$( {self.output()} ) || echo failed",
                lambda: f"export {name}={self.value()}",
                lambda: f"readonly r1={self.value()}",
                lambda: f'[ -n "${name}" ] && {name}=${name}{self.value()}',
                lambda: f'[ "${{{name}:0:1}}" = {self.one("-", "x")} ] && set -- first "$@"',
                lambda: 'set -- "${@:2}"',
                lambda: "set -- $a",
            )()
        )

    def reference(self) -> str:
        name = self.one("a", "n", "arr", "arr[1]", "map[k]", "new")
        use = self.one(
            lambda: f"ref={self.value()}", lambda: 'printf "<%s>" "$ref"', lambda: "ref+=x", lambda: 'echo "${!ref}"'
        )()
        return f"declare -n ref={name}; {use}; unset -n ref"

    def matched(self) -> str:
        return (
            f"[[ {self.single()} =~ {self.one(*EXPRESSIONS)} ]] && "
            f"""printf '(%s)' {self.one('"${BASH_REMATCH[@]}"', '"${BASH_REMATCH[1]}"', '"${#BASH_REMATCH[@]}"')}"""
        )

    def options(self) -> str:
        words = self.some(lambda: str(self.one("-a", "-b", "-ab", "-bx", "-x", "--", "y", '"$a"', "-n")), 0, 4)
        return (
            f"OPTIND=1; while getopts {self.one(*OPTIONS)} o {words or '-a'}; do "
            'echo "$o ${OPTARG-unset} $OPTIND"; done'
        )

    def menu(self) -> str:
        answer = self.one("1", "2", "x", "''")
        return f'select v in {self.some(self.word, 0, 3)}; do echo "$v $REPLY"; break; done <<< {answer}'

    def shown(self) -> str:
        return str(
            self.one(
                f"declare -p {self.one('a', 'n', 'arr', 'map', 'unset1', 'v1')}",
                "trap -p ERR EXIT",
                'echo "${PIPESTATUS[@]}"',
                'echo "${arr[@]@A}"',
                "type -t f1",
                "command -v echo",
                "echo $FUNCNAME",
                "shopt -p nullglob",
                "echo $-",
                'echo "${!arr[@]}" "${!map[@]}"',
            )
        )

    def status(self) -> str:
        return str(
            self.one(
                lambda: f"( exit {self.one(*STATUSES)} )",
                lambda: f"{{ a=$( exit {self.one(*STATUSES)} )\n}}",  # see docs/fidelity.md
                lambda: "! true",
                lambda: f"false | true | ( exit {self.one(*STATUSES)} )",
                lambda: f"eval '( exit {self.one('0', '5')} )'",
                lambda: "nosuchcommand 2> /dev/null",
                lambda: f"test {self.word()}",
                lambda: f"test {self.single()} {self.one('-a', '-o')} {self.single()}",
            )()
        )

    def printed(self) -> str:
        form = self.one("%s-%s", "%03d", "%q", "%s\\n", "%b", "%5s|")
        return f"printf -v {self.one('a', 'arr[1]', 'n', 'v1')} '{form}' {self.some(self.word, 0, 2)}"

    def split(self) -> str:
        """A list cut at a separator."""
        return str(
            self.one(
                lambda: f"IFS={self.one(':', ',', repr(' :'))} read -r -a arr <<< {self.value() or 'a:b'}",
                lambda: f"IFS={self.one(':', ',')}; arr=( $e {self.elements(1)} ); unset IFS",
                lambda: f"mapfile {self.one('-t', '-n 1', '-s 1 -t', '-O 1')} arr < lines",
                lambda: f"readarray -d : -t arr <<< {self.value() or 'a:b'}",
                lambda: f"read -r -{self.one('d : ', 'n 3 ', 'N 2 ')} a <<< {self.value() or 'a:b'}",
            )()
        )

    def declared(self) -> str:
        return str(
            self.one(
                lambda: f"declare -a arr=( {self.elements(2)} )",
                lambda: f"declare -A map=( [k]={self.keyed()} [z]={self.keyed()} )",
                lambda: f"map+=( [k]={self.keyed()} )",
                lambda: f"arr+=( [2]={self.keyed()} {self.elements(1)} )",
                lambda: f"declare -i v1={self.one('1+1', 'n', 'x', '010')}; v1+=2; echo $v1",
                lambda: f'declare -{self.one("u", "l", "c")} v2={self.value()}; echo "$v2"; unset v2',
                lambda: f"declare -{self.one('g', 'x', 'gx', 't')} {self.name()}={self.value()}",
            )()
        )

    def keyed(self) -> str:
        """No braces: an array's `[2]={1..3}` is three words to bash 5.2."""
        return str(self.one("", f"${self.name()}", f'"{self.quoted()}"'))

    def local(self) -> str:
        return str(
            self.one(
                lambda: f"local -{self.one('i', 'u', 'l', 'x', 'a', 'A', 'r')} w{self.depth}={self.value()}",
                lambda: f"local {self.name()} {self.name()}={self.value()}",
                lambda: f"local -n lr={self.one('a', 'arr', 'n')}; lr={self.value()}",
                lambda: "local -; set -u",
                lambda: f"unset {self.name()}",
                lambda: f"local a=$( exit {self.one('0', '3')} )",
                lambda: "local arr=( $@ )",
                lambda: "shift; echo $#",
            )()
        )

    def read_lines(self) -> str:
        loop = f"while {self.one('', 'IFS= ', 'IFS=: ')}read -r k v; do "
        loop += """printf '[%s=%s]' "$k" "$v"; """
        body = self.deeper(super().simple)
        if "<<" in body:
            body = ":"
        end = f"L{self.depth}"
        source = self.one(
            lambda: " < lines",
            lambda: f" <<< {self.value() or 'x'}",
            lambda: f" <<{end}\n{self.some(self.quoted, 0, 3, '')}\n{end}\n:",
        )()
        return f"{loop}{body}\ndone{source}"

    def from_process(self) -> str:
        """Only `<( )`: for what reads from a group's `> >( )` bash 5.2 waits for ever. All is read: then it is over."""
        body = self.deeper(self.one(self.output, super().simple))
        if "<<" in body or self.substitutions:
            body = f"echo {self.name()}"
        body = f"{{ {body}\n}} 2> /dev/null"  # nobody knows when its complaints would come
        read = self.one(
            f"cat <( {body} )",
            f"mapfile -t arr < <( {body} )",
            f'while read -r k; do echo "<$k>"; done < <( {body} )',
            f"{{ read -r a b; cat > /dev/null; }} < <( {body} )",
        )
        return f"{{ {read}\n}}"  # files of redirections are there before its patterns look for them

    def sourced(self) -> str:
        text = self.one("echo in $1; return 3", "a=sourced; false", "set -- q; echo $#", "nosuch", "x=(", "exit 4")
        return f"printf '%s\\n' '{text}' > own3; . ./own3 {self.some(self.word, 0, 1)}"


@st.composite
def scripts(draw: Callable[[Any], Any]) -> str:
    """A script that ends."""
    return StartUp(draw).script()
