"""`simk8s run --replay FILE`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from simk8s.cli.main import root

POD = """
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  restartPolicy: Never
  containers: [{name: main, image: bash, command: [bash, -c, "echo hello; sleep 2"]}]
"""


def simk8s(*argv: str) -> tuple[int, str]:
    result = CliRunner().invoke(root, list(argv))
    return result.exit_code, result.output


def traced(folder: Path) -> str:
    (folder / "pod.yaml").write_text(POD)
    trace = str(folder / "trace.jsonl")
    assert simk8s("run", str(folder / "pod.yaml"), "--trace", trace, "-q")[0] == 0
    (folder / "pod.yaml").unlink()  # the trace has all that is needed
    return trace


def test_a_trace_is_run_again_and_comes_out_the_same(tmp_path: Path) -> None:
    trace = traced(tmp_path)
    status, output = simk8s("run", "--replay", trace)
    assert status == 0
    assert "web" in output
    assert f"records as in {trace}" in output
    status, output = simk8s("run", "--replay", trace, "--json", "--trace", str(tmp_path / "again.jsonl"))
    assert (status, json.loads(output)["same"]) == (0, True)
    assert (tmp_path / "again.jsonl").read_bytes() == Path(trace).read_bytes()


def test_what_comes_out_otherwise_is_told_with_the_first_record(tmp_path: Path) -> None:
    trace = Path(traced(tmp_path))
    header, *records = trace.read_bytes().splitlines(keepends=True)
    plain = json.loads(header)
    plain["inputs"]["cluster"]["replay"] = "v1.9"
    del plain["sha256"]
    trace.write_bytes(b"".join([json.dumps(plain).encode() + b"\n", *records]))
    status, output = simk8s("run", "--replay", str(trace), "-q")
    assert status == 1
    assert "from record 0 on" in output
    assert "  then: 0.000000s " in output


def test_without_anything_to_run_the_usage_is_shown(tmp_path: Path) -> None:
    assert simk8s("run")[0] == 2
    (tmp_path / "x").write_text("hello\n")
    status, output = simk8s("run", "--replay", str(tmp_path / "x"))
    assert status == 2
    assert "SK103" in output


def test_what_a_replay_leaves_no_room_for_is_refused(tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    trace.write_text('{"format":"simk8s-history","version":1}\n')
    for words, why in (
        (["--replay", "v1.7"], "simk8s run PATH... --replay TOKEN"),
        (["--replay", str(trace), "--seed", "3", "--judge"], "--seed, --judge cannot go with --replay"),
        (["web", "--replay", "v1.7", "--seed", "3"], "a token says which seed its run had"),
        (["web", "--replay", str(trace)], "simk8s run --replay FILE, without PATH"),
    ):
        status, output = simk8s("run", *words)
        assert (status, why in output) == (2, True), output


@pytest.mark.slow
def test_what_a_judge_wrote_is_written_again(tmp_path: Path) -> None:
    trace = str(tmp_path / "trace.jsonl")
    judged = simk8s("run", "scenarios/mysql", "--addon", "rook", "--judge", "--until", "100s", "--trace", trace, "-q")[
        1
    ]
    assert "mysql-0 is ok" in judged
    status, output = simk8s("run", "--replay", trace, "-q")
    assert status == 0, output
