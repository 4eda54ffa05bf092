"""Each rule of the lint with scripts that it must tell of, and others, close to them, that it must not."""

from __future__ import annotations

import pytest

from simk8s.cli.explain_error import pages
from simk8s.shell.lint import lint

RISKY = {
    "the line ends of Windows": ("echo one\r\necho two\r\n", "1 SK263"),
    "a clone through a pipe": ("set -ex\nncat --recv-only db-0 3307 | xbstream -x -C /data", "2 SK251"),
    "a download through a pipe, asked by &&": ("curl -s example.org/a.tgz | tar -xz && echo done", "1 SK251"),
    "a dump into a file": ("set -e\nmysqldump --all-databases | gzip > dump.gz", "2 SK251"),
    "a function in a condition": ("set -e\nf() {\n  mysqld --initialize\n  echo done\n}\nif f; then :; fi", "6 SK252"),
    "a function before ||": ("set -e\nf() { mysqld --initialize; echo done; }\nf || exit 1", "3 SK252"),
    "a group with its own set -e": ("set -e\n( set -e; mysqld; echo done ) || echo failed", "2 SK252"),
    "local with a substitution": ("set -e\nf() {\n  local id=$(mysql -e 'SELECT 1')\n}\nf", "3 SK253"),
    "export with a substitution": ("set -e\nexport TOKEN=$(curl -sf vault/token)", "2 SK253"),
    "a marker before the work": ("[ -f /data/done ] && exit 0\ntouch /data/done\nmysqld --initialize", "2 SK254"),
    "a marker by echo": ('if [ ! -e "$D/.init" ]; then\n  echo 1 > "$D/.init"\n  initdb -D "$D"\nfi', "2 SK254"),
    "rm before the new file": (
        "if [[ -f info ]]; then\n  [[ $(<info) =~ ^(.*)$ ]] || exit 1\n  rm -f info other\n  echo x > change.sql\nfi",
        "3 SK255",
    ),
    "cd without a check": ("cd /data/backup\nrm -rf old", "1 SK256"),
    "a directory that ends the script": ("[[ -d /data/mysql ]] && exit 0\nxtrabackup --prepare", "1 SK257"),
    "a directory in an if": ("if [ -d /data/mysql ]; then exit 0; fi\nxtrabackup --prepare", "1 SK257"),
    "work only without a directory": ('if [ ! -d "$D/mysql" ]; then\n  mysqld --initialize\nfi', "1 SK257"),
    "an unquoted variable": ("read x\n[ -n $x ] && echo yes", "2 SK259"),
    "an unquoted parameter": ("if [ $1 = start ]; then echo; fi", "1 SK259"),
    "an unquoted substitution": ("test -z $(cat file) && echo empty", "1 SK259"),
    "a lazy star": ("[[ $x =~ ^(.*?)[[:space:]]+(.*?)$ ]]", "1 SK260"),
    "a lazy plus in grep -E": ("grep -Eo 'a.+?b' file", "1 SK260"),
    "act, then burn": ("if [[ -f sql ]]; then\n  mysql < sql || exit 1\n  mv sql sql.done\nfi", "2 SK261"),
    "burn, then act": ("if [[ -f sql ]]; then\n  mv sql sql.done\n  mysql < sql.done\nfi", "2 SK262"),
}

SOUND = {
    "a pipe with pipefail": "set -eo pipefail\nncat --recv-only db-0 3307 | xbstream -x",
    "a pipe that is a question": "set -e\nif curl -s localhost | grep -q ok; then echo up; fi",
    "a pipe that cannot fail at its head": "set -e\necho hello | mysql\ncat a b | sort | wc -l",
    "a pipe whose status nobody wants": "curl -s localhost | grep title\necho end",
    "a pipe whose last stage fails where nothing comes": "set -e\netcdctl member add x | grep ^ETCD_ > envs",
    "a function on a line of its own": "set -e\nf() { mysqld --initialize; echo done; }\nf",
    "a function of one command in a condition": "set -e\nup() { mysqladmin ping; }\nuntil up; do sleep 1; done",
    "a function that looks after itself": "set -e\nf() { mysqld --initialize || return; echo done; }\nf || exit 1",
    "a function that only talks": 'set -e\nlog() { echo "$@"; date; }\nlog x || true',
    "local and assignment apart": "set -e\nf() { local id; id=$(mysql -e 'SELECT 1'); }\nf",
    "local with what does not fail": 'set -e\nf() { local name=$(basename "$1"); }\nf a',
    "a marker after the work": "[ -f /data/done ] && exit 0\nmysqld --initialize\ntouch /data/done",
    "a marker before exec": "[ -f /data/done ] || touch /data/done\nexec mysqld",
    "a file that is data": "[ -f my.cnf ] && cat my.cnf\necho '[mysqld]' > my.cnf\nmysqld",
    "rm after the new file": "if [[ -f info ]]; then\n  cat info > change.sql\n  rm -f info\nfi",
    "rm of the file that is written": "if [[ -f pid ]]; then\n  rm pid\n  echo 1 > pid\nfi",
    "cd under set -e": "set -e\ncd /data\nrm -rf old",
    "cd with exit": "cd /data || exit 1\nrm -rf old",
    "cd before absolute paths": "cd /data\nrm -rf /tmp/old\necho $PWD",
    "a directory that is made": "if [ ! -d /data/logs ]; then mkdir -p /data/logs; chown mysql /data/logs; fi",
    "a directory that ends an empty script": "[ -d /data ] && exit 0\necho no data",
    "a directory as an error": "[ -d /data ] || exit 1\nmysqld",
    "quoted variables": '[ -n "$x" ] && [ "$1" = start ]',
    "numbers": "[ $# -gt 0 ] && [ $? -eq 0 ] && [ $n -lt 3 ]",
    "a variable that is one word": "mode=fast\n[ $mode = fast ] && echo fast",
    "double brackets": "[[ -n $x && $x == y* ]]",
    "a question mark that is no repetition": "[[ $x =~ ^a?(b|c)?$ ]]; grep -E 'colou?r' f; ls *.?",
    "an act that is safe to repeat": "if [ -f sql ]; then\n  mysql -e 'STOP SLAVE'\n  mysql < sql\n  mv sql done\nfi",
    "a file that is only moved": "if [[ -f new.cnf ]]; then mv new.cnf my.cnf; fi\nmysqld",
}


@pytest.mark.parametrize("what", RISKY)
def test_a_risk_is_told_with_its_line_and_a_page(what: str) -> None:
    script, expected = RISKY[what]
    found = lint(script)
    assert [f"{finding.line} {finding.code}" for finding in found] == [expected]
    assert found[0].code in pages()
    assert found[0].hint and "{" not in found[0].told()


@pytest.mark.parametrize("what", SOUND)
def test_nothing_is_told_of_a_sound_script(what: str) -> None:
    assert lint(SOUND[what]) == []


def test_every_rule_has_a_script_here() -> None:
    told = {expected.split()[1] for _, expected in RISKY.values()}
    assert told == {code for code in pages() if code[:4] in ("SK25", "SK26")} - {"SK258"}


def test_a_syntax_error_is_told_too() -> None:
    assert [finding.code for finding in lint("if true; fi")] == ["SK210"]


def test_the_letters_of_the_shell_count() -> None:
    script = "ncat db-0 3307 | xbstream -x"
    assert lint(script) == []
    assert [finding.code for finding in lint(script, options="e")] == ["SK251"]
