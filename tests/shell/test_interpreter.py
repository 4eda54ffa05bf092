"""What the shell is to the rest of the house: steps, history, crash points, limits, the ways to call it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simk8s.errors import SimError
from simk8s.machine import Process
from tests.shell.box import make_box, run

WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@settings(max_examples=150, deadline=None)
@example(["a b", "it's", '"', "$x", "`", "\\", "\n", "~", "#", "", "*", "é", "!", "\x7f"])
@given(st.lists(WORDS, max_size=5))
def test_what_printf_q_writes_reads_back_as_the_same_words(words: list[str]) -> None:
    script = 'eval "set -- $(printf "%q " "$@")"; printf "%s\\0" "$@"'
    assert run(script, arguments=("bash", *words)).stdout.split("\0")[:-1] == (words or [""])


@settings(max_examples=100, deadline=None)
@given(WORDS)
def test_a_quoted_variable_is_neither_split_nor_globbed(text: str) -> None:
    assert run('printf "%s" "$x"', env={"x": text}).stdout == text


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(WORDS.filter(bool), WORDS, max_size=4))
def test_an_associative_array_survives_declare_p(items: dict[str, str]) -> None:
    flat = [text for item in items.items() for text in item]
    script = """
        declare -A m n
        while [ $# -gt 0 ]; do m[$1]=$2; shift 2; done
        text=$(declare -p m); eval "${text/m=/n=}"
        for k in "${!n[@]}"; do printf '%s\\0%s\\0' "$k" "${n[$k]}"; done
    """
    parts = run(script, arguments=("bash", *flat)).stdout.split("\0")[:-1]
    assert dict(zip(parts[::2], parts[1::2], strict=True)) == items


def test_every_simple_command_is_in_history_with_its_place() -> None:
    box = run("x=1\n  echo $x | cat\n").box
    commands = [record for record in box.sim.history if record.verb == "command"]
    assert [(r.detail["line"], r.detail["column"], r.detail["text"]) for r in commands] == [
        (1, 1, "x=1"),
        (2, 3, "echo $x"),
        (2, 13, "cat"),
    ]


def test_a_command_in_backquotes_has_its_own_place() -> None:
    box = run("\n[[ `hostname` =~ b ]]").box
    places = [(r.detail["line"], r.detail["column"], r.detail["text"]) for r in box.sim.history if r.verb == "command"]
    assert places == [(2, 1, "[[ `hostname` =~ b ]]"), (2, 5, "hostname")]


def test_assignments_are_in_history() -> None:
    box = run("x=1; a=(p q); a[1]=r; unset x").box
    changes = [(r.object, r.detail["value"]) for r in box.sim.history if r.verb == "variable"]
    assert changes == [("x", "1"), ("a", {"0": "p", "1": "q"}), ("a[1]", "r"), ("x", None)]


def test_a_crash_before_a_command_leaves_what_was_done_before_it() -> None:
    box = make_box()

    def crash(process: Process, verb: str, object: str) -> None:
        if (verb, object) == ("command", "echo two >> f"):
            process.kill(9)

    box.before_step = crash
    result = run("echo one >> f\necho two >> f\necho three >> f", box=box)
    assert result.status == 137
    assert result.read("/tmp/work/f") == "one\n"


def test_each_command_takes_a_little_virtual_time() -> None:
    assert 0 < run(":; :; :").seconds < 0.01


def test_an_endless_loop_is_stopped_with_its_line() -> None:
    with pytest.raises(SimError) as caught:
        run("echo start\nwhile :; do\n  :\ndone", until=60)
    assert caught.value.code == "SK301"
    assert caught.value.place is not None
    assert caught.value.place.line in (2, 3)


def test_a_loop_that_waits_is_not_endless() -> None:
    box = make_box()
    box.command_limit = 20
    assert run("i=0; while [ $i -lt 50 ]; do i=$((i+1)); sleep 0.6; done; echo $i", box=box).stdout == "50\n"


def test_an_endless_recursion_is_stopped() -> None:
    with pytest.raises(SimError) as caught:
        run("f() { f; }; f")
    assert caught.value.code == "SK303"


def test_a_thousand_nested_calls_are_not_endless() -> None:
    assert run("f() { [ $1 = 0 ] || f $(( $1 - 1 )); }; f 600; echo $?").stdout == "0\n"


def test_the_last_command_of_a_c_script_takes_over_the_process() -> None:
    box = run("x=1; sleep 1").box
    assert [r.detail["argv"] for r in box.sim.history if r.verb == "process.exec"] == [["sleep", "1"]]


def test_a_trap_keeps_the_shell_alive_behind_its_last_command() -> None:
    assert run("trap 'echo bye' EXIT; sleep 1").stdout == "bye\n"


def test_pipeline_stages_run_at_the_same_time() -> None:
    assert 1.0 < run("sleep 1 | sleep 1 | sleep 1").seconds < 1.2


def test_a_trapped_signal_runs_after_the_foreground_command() -> None:
    result = run("trap 'echo got' TERM; (sleep 1; kill -TERM $$) & sleep 3; echo done")
    assert result.stdout == "got\ndone\n"
    assert result.seconds > 3


def test_wait_is_interrupted_by_a_trapped_signal() -> None:
    result = run("trap 'echo got' TERM; (sleep 1; kill -TERM $$) & sleep 5 & wait $!; echo $?")
    assert result.stdout == "got\n143\n"
    assert result.seconds < 2


def test_a_background_job_reads_nothing_from_the_scripts_input() -> None:
    assert run("cat & wait; read x; echo $x", stdin=b"line\n").stdout == "line\n"


def test_a_script_from_standard_input_shares_it_with_its_commands() -> None:
    result = run("", argv=["bash"], stdin=b"read x\ndata\necho got $x\nif true\nthen echo in\nfi\n")
    assert (result.stdout, result.status) == ("got data\nin\n", 0)


def test_a_file_is_run_with_its_arguments() -> None:
    box = make_box()
    run("printf 'echo $0 $1 $#\\nexit 3\\n' > s.sh", box=box)
    result = run("", argv=["bash", "s.sh", "a", "b"], box=box)
    assert (result.stdout, result.status) == ("s.sh a 2\n", 3)


def test_messages_from_a_file_name_it() -> None:
    box = make_box()
    run("printf 'echo a\\nnosuch\\nif true; fi\\n' > s.sh", box=box)
    result = run("", argv=["bash", "s.sh"], box=box)
    assert result.stderr.splitlines() == [
        "s.sh: line 2: nosuch: command not found",
        "s.sh: line 3: syntax error near unexpected token `fi'",
        "s.sh: line 3: `if true; fi'",
    ]
    assert result.status == 2


def test_a_login_shell_reads_its_profiles() -> None:
    box = make_box()
    run("echo 'echo profile' > /etc/profile; echo 'echo mine' > /root/.profile", box=box)
    assert run("", argv=["bash", "-lc", "echo script"], box=box).stdout == "profile\nmine\nscript\n"


def test_an_interactive_shell_prompts_and_survives_errors() -> None:
    result = run("", argv=["bash", "-i"], stdin=b"echo a\nif true\nthen echo b; fi\necho ${x?}\nnosuch\n")
    assert result.stdout == "a\nb\n"
    assert result.stderr == (
        "bash-5.2# bash-5.2# > bash-5.2# bash: x: parameter not set\n"
        "bash-5.2# bash: nosuch: command not found\nbash-5.2# exit\n"
    )


def test_text_that_is_not_ascii_is_shown_as_bytes_in_the_c_locale() -> None:
    assert run("set -x; echo é", env={"LC_ALL": "C"}).stderr == "+ echo $'\\303\\251'\n"
    assert run("set -x; echo é").stderr == "+ echo é\n"
    assert run("x=é; echo ${#x}", env={"LC_ALL": "C"}).stdout == "2\n"


def test_random_numbers_come_from_the_simulation() -> None:
    assert run("echo $RANDOM $RANDOM").stdout == run("echo $RANDOM $RANDOM").stdout


def test_the_clock_is_virtual() -> None:
    assert run("a=$EPOCHSECONDS; sleep 100; echo $((EPOCHSECONDS - a)) $SECONDS").stdout == "100 100\n"


def test_the_same_script_gives_the_same_history() -> None:
    script = "for i in 1 2 3; do echo $i & done; wait; echo $(echo x | cat) | cat"
    assert run(script).box.sim.history.sha256() == run(script).box.sim.history.sha256()


def test_a_killed_shell_lets_go_of_its_pipes() -> None:
    result = run("{ kill -9 $BASHPID; } | cat; { { kill -9 $BASHPID; } > f; echo no; } | cat; echo ${PIPESTATUS[0]}")
    assert result.stdout == "137\n"


def test_what_a_built_in_cannot_do_it_says_with_its_name() -> None:
    result = run("echo a\nbind -p 2>&1\necho $?")
    assert "line 2: bind: -p: not modelled by simk8s (SK310)" in result.stdout
    assert not result.stdout.endswith("\n0\n")


@pytest.mark.parametrize("shell", ["bash", "sh", "ash", "dash"])
def test_every_shell_runs_a_plain_script(shell: str) -> None:
    script = "x=1; for i in a b; do echo $i$x; done; [ $x = 1 ] && echo ${x:-y} | cat; f() { return 3; }; f || echo $?"
    assert run(script, shell=shell).stdout == "a1\nb1\n1\n3\n"


def test_dash_speaks_its_own_errors() -> None:
    result = run("nosuch; [[ a == a ]]", shell="dash")
    assert result.stderr == "dash: 1: nosuch: not found\ndash: 1: [[: not found\n"


def test_a_subscript_in_a_variable_that_would_have_to_wait_is_refused_with_its_line() -> None:
    with pytest.raises(SimError, match="subscript"):
        run("a=(1 2 3)\ndeclare -n second='a[$(echo 1)]'\necho $second")
