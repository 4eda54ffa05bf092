"""Programs in pipelines: both ends run at the same time, and the end of one is noticed by the other."""

from __future__ import annotations

from tests.programs.conftest import Box


def shell(box: Box, script: str) -> tuple[int, str, str]:
    result = box.run("bash", "-c", script)
    return result.status, result.out, result.err


def test_yes_ends_by_sigpipe_when_head_has_read_enough(box: Box) -> None:
    assert shell(box, 'yes | head -n 1; echo "${PIPESTATUS[@]}"')[1] == "y\n141 0\n"


def test_head_leaves_the_rest_of_a_file_to_the_next_reader(box: Box) -> None:
    box.write("lines", "1\n2\n3\n")
    assert shell(box, "{ head -n 1; cat; } < lines")[1] == "1\n2\n3\n"


def test_tail_follows_a_file_that_grows(box: Box) -> None:
    box.write("log", "old\n")
    script = "timeout 3 tail -f log & sleep 0.5; echo new >> log; wait"
    assert shell(box, script)[1] == "old\nnew\n"


def test_tail_of_a_device_waits_for_ever_without_any_event(box: Box) -> None:
    process = box.start("tail", "-f", "/dev/null")
    box.sim.run()
    assert process.process.is_alive


def test_grep_q_ends_before_its_input_does(box: Box) -> None:
    assert shell(box, "(echo match; sleep 100) | grep -q match; echo $SECONDS")[1] in ("0\n", "100\n")


def test_a_fifo_joins_a_writer_and_a_reader(box: Box) -> None:
    assert shell(box, "mkfifo p; cat p & echo through > p; wait")[1] == "through\n"


def test_two_programs_exclude_each_other_by_a_lock(box: Box) -> None:
    script = "flock l sh -c 'echo a1; sleep 1; echo a2' & sleep 0.1; flock l echo b; wait"
    assert shell(box, script)[1] == "a1\na2\nb\n"
    assert shell(box, "flock l sleep 1 & sleep 0.1; flock -n l echo never; echo $?")[1] == "1\n"


def test_sort_may_write_the_file_that_it_reads(box: Box) -> None:
    box.write("f", "b\na\n")
    assert shell(box, "sort -o f f; cat f")[1] == "a\nb\n"


def test_xargs_runs_a_program_for_each_batch(box: Box) -> None:
    assert shell(box, "seq 5 | xargs -n 2 echo")[1] == "1 2\n3 4\n5\n"


def test_find_can_run_a_shell_for_each_file(box: Box) -> None:
    box.write("a", "")
    box.write("b", "")
    assert shell(box, "find . -type f -exec sh -c 'echo \"<$1>\"' _ {} \\;")[1] == "<./a>\n<./b>\n"


def test_awk_talks_to_commands(box: Box) -> None:
    script = """awk 'BEGIN { "echo in" | getline x; print x | "cat"; close("cat"); system("echo sys") }'"""
    assert shell(box, script)[1] == "in\nsys\n"


def test_a_time_limit_ends_a_program_with_status_124(box: Box) -> None:
    assert shell(box, "timeout 1 sleep 5; echo $?")[1] == "124\n"
    assert shell(box, "timeout -k 1 1 sh -c 'trap \"\" TERM; while true; do sleep 1; done'; echo $?")[1] == "137\n"


def test_programs_that_become_another_one(box: Box) -> None:
    assert shell(box, "env A=1 sh -c 'echo $A'")[1] == "1\n"
    assert (
        shell(box, "gosu daemon id -u; su-exec nobody:daemon id")[1]
        == "1\nuid=65534(nobody) gid=1(daemon) groups=1(daemon)\n"
    )
    assert shell(box, "exec nohup nice setpriv --reuid=daemon --regid=daemon --clear-groups whoami")[1] == "daemon\n"


def test_hostname_knows_its_short_and_its_full_name(box: Box) -> None:
    box.write("/etc/hosts", "127.0.0.1\tlocalhost\n10.1.2.3\tbox.nginx.default.svc.cluster.local\tbox\n")
    assert shell(box, "hostname; hostname -f; hostname -s; hostname -d; hostname -i")[1].split("\n") == [
        "box",
        "box.nginx.default.svc.cluster.local",
        "box",
        "nginx.default.svc.cluster.local",
        "10.1.2.3",
        "",
    ]


def test_signals_reach_processes_by_number_and_by_name(box: Box) -> None:
    assert shell(box, "sleep 100 & kill $!; wait $!; echo $?")[1] == "143\n"
    assert shell(box, "sleep 77 & sleep 0.1; pkill -KILL -f '^sleep 77'; wait $!; echo $?")[1] == "137\n"
    assert (
        shell(box, "sleep 78 & pgrep -f '^sleep 78' >/dev/null; echo $?; /bin/kill -0 $!; echo $?; kill $!")[1]
        == "0\n0\n"
    )


def test_dates_are_those_of_the_simulated_world(box: Box) -> None:
    assert shell(box, "sleep 90; date -u +%FT%TZ")[1] == "2024-01-01T00:01:30Z\n"


def test_temporary_names_are_the_same_in_every_run_and_never_twice(box: Box) -> None:
    first = shell(box, "mktemp; mktemp")[1]
    assert len(set(first.split())) == 2
    assert shell(Box(), "mktemp; mktemp")[1] == first


def test_what_is_not_modelled_says_so_with_a_status_of_its_own(box: Box) -> None:
    result = box.run("sort", "--batch-size=3")
    assert (result.status, result.err) == (120, "sort: option '--batch-size' is not modelled by simk8s (SK310)\n")


def test_xargs_runs_as_many_programs_at_a_time_as_it_is_told(box: Box) -> None:
    """Six sleeps of a second: six seconds one by one, two with three at a time, one with all at once."""
    took = []
    for most in ("1", "3", "0"):
        before = box.sim.now
        assert box.run("xargs", "-P", most, "-n1", "sleep", stdin="1 1 1 1 1 1").status == 0
        took.append(round(box.sim.now - before))
    assert took == [6, 2, 1]


def test_xargs_starts_no_other_program_after_a_status_of_255(box: Box) -> None:
    result = box.run("xargs", "-n1", "sh", "-c", "echo $0; exit 255", stdin="first second")
    assert (result.status, result.out) == (124, "first\n")
    assert result.err == "xargs: sh: exited with status 255; aborting\n"


def test_shuf_draws_from_the_choices_of_the_run(box: Box) -> None:
    lines = box.run("shuf", "-i", "1-20").out.split()
    assert sorted(lines, key=int) == [str(number) for number in range(1, 21)]
    assert len(box.run("shuf", "-r", "-n", "50", "-e", "a", "b").out.split()) == 50
