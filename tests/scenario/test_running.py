"""Scenarios on a cluster: steps, and what is expected of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from simk8s.errors import SimError
from simk8s.scenario import Runner, loading

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: example}
spec:
  containers:
    - name: main
      image: bash
      command: [bash, -c, 'echo begun; echo state > /tmp/state; sleep infinity']
"""

HEAD = """\
apiVersion: simk8s/v1
kind: Scenario
metadata: {name: example}
manifests: [pod.yaml]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(POD)
    return tmp_path


def run(folder: Path, steps: str, **options: float) -> Runner:
    runner = Runner(loading.parse(HEAD + steps, str(folder / "example.yaml")), **options)  # type: ignore[arg-type]
    for _ in runner.steps():
        pass
    return runner


def unmet(runner: Runner) -> list[str]:
    return [f"{found.text} | {found.got}" for found in runner.expectations if not found.met]


def test_a_scenario_that_is_as_expected_is_ok(folder: Path) -> None:
    runner = run(
        folder,
        """\
steps:
  - run: pod/example Ready
    expect:
      pods: [{name: example, ready: 1/1, status: Running, restarts: 0}]
      files: [{pod: example, path: /tmp/state, content: {equals: "state\\n"}}]
  - exec: {pod: example, script: 'cat; exit 3'}
    stdin: passed on
    expect: {status: 3, stdout: passed on}
  - kubectl: logs example
    expect: {stdout: {contains: [beg, un], excludes: ended, matches: "^begun$"}}
expect:
  conditions: [pod/example Running, pod/other deleted]
""",
    )
    assert unmet(runner) == []
    assert runner.ok


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("pods: [{name: other}]", "pod other | there is no such Pod"),
        ("pods: [{name: example, ready: 0/1}]", "pod example, ready 0/1 | ready 1/1"),
        ("files: [{pod: example, path: /nowhere}]", "/nowhere in example exists | it is not"),
        (
            "files: [{pod: example, path: /tmp/state, exists: false}]",
            "/tmp/state in example does not exist | it is there",
        ),
        ("files: [{pod: example, path: /tmp/state, content: x}]", "/tmp/state in example is 'x' | state\n"),
        ("conditions: [pod/example deleted]", "pod/example deleted | it is not so"),
    ],
)
def test_what_is_not_as_expected_is_told_with_what_was_found(folder: Path, expect: str, told: str) -> None:
    runner = run(folder, f"expect:\n  {expect}\n")
    assert unmet(runner) == [told]
    assert not runner.ok


def test_a_command_is_expected_to_succeed_where_nothing_is_said(folder: Path) -> None:
    (found,) = unmet(run(folder, "steps:\n  - kubectl: get pod nowhere\n"))
    assert found.startswith("status 0 of kubectl get pod nowhere | 1")
    assert 'pods "nowhere" not found' in found


def test_a_run_is_expected_to_come_to_its_end_where_nothing_is_said(folder: Path) -> None:
    runner = run(folder, "steps:\n  - run: {until: pod/example Succeeded, timeout: 100}\n")
    assert unmet(runner)[0].startswith("run until pod/example Succeeded | not pod/example Succeeded after 100.0s")
    assert runner.cluster.now == pytest.approx(100, abs=1)


def test_a_scenario_may_show_something_that_never_settles(folder: Path) -> None:
    assert run(folder, "steps:\n  - run: {until: pod/example Succeeded, timeout: 9}\n    expect: {settled: false}\n").ok


def test_a_condition_ends_a_run_at_the_moment_it_becomes_true(folder: Path) -> None:
    runner = run(folder, "steps:\n  - run: pod/example Ready\n")
    ready = next(
        condition
        for condition in (runner.cluster.get("pod", "example") or {})["status"]["conditions"]
        if condition["type"] == "Ready"
    )
    assert ready["lastTransitionTime"] == runner.cluster.sim.timestamp


def test_waiting_for_a_condition_changes_nothing_of_what_happens(folder: Path) -> None:
    def choices(steps: str) -> list[int]:
        return run(folder, steps).cluster.sim.chance.answers

    assert (
        choices("steps: [{run: pod/example Ready}, {run: 1m}]")
        == choices("steps: [{run: 1m}, {run: 1m}]")[: len(choices("steps: [{run: pod/example Ready}, {run: 1m}]"))]
    )


def test_a_limit_ends_the_whole_scenario(folder: Path) -> None:
    runner = run(folder, "steps: [{run: 1h}, {run: 1h}]", until=100)
    assert runner.cluster.now == pytest.approx(100)
    assert len(runner.results) == 1


def test_killing_a_container_restarts_it(folder: Path) -> None:
    runner = run(
        folder,
        """\
steps:
  - run: settled
  - fault: {kill: {pod: example, container: main}}
  - run: settled
    expect: {pods: [{name: example, ready: 1/1, restarts: 1}]}
""",
    )
    assert unmet(runner) == []


def test_a_node_without_power_is_not_ready_and_comes_back(folder: Path) -> None:
    runner = run(
        folder,
        """\
cluster: {nodes: 1}
steps:
  - run: settled
  - fault: {powerOff: node-1}
  - run: node/node-1 not Ready
  - fault: {powerOn: node-1}
  - run: settled
    expect: {pods: [{name: example, ready: 1/1, node: node-1}]}
""",
    )
    assert unmet(runner) == []


@pytest.mark.parametrize(
    ("steps", "code", "line"),
    [
        ("steps: [{fault: {powerOff: node-7}}]", "SK509", 5),
        ("steps: [{fault: {kill: {pod: nowhere, container: main}}}]", "SK509", 5),
        ("steps:\n  - run: soon\n", "SK503", 6),
        ("steps:\n  - run: pot/example Ready\n", "SK503", 6),
        ("steps:\n  - run: pod/example Redy\n", "SK503", 6),
        ("steps:\n  - apply: nowhere.yaml\n", "SK101", 0),
        ("cluster: {storage: floppy}\n", "SK505", 5),
        ("cluster: {options: {speed: 1}}\n", "SK505", 5),
        ("cluster: {addons: [rok]}\n", "SK405", 5),
    ],
)
def test_what_cannot_be_done_is_an_error_with_its_place(folder: Path, steps: str, code: str, line: int) -> None:
    with pytest.raises(SimError) as error:
        run(folder, steps)
    assert error.value.code == code
    assert error.value.place is not None
    assert error.value.place.line == line


@pytest.mark.slow
@pytest.mark.parametrize("path", loading.built_in(), ids=lambda path: path.stem)
def test_every_scenario_that_comes_with_simk8s_meets_its_expectations(path: Path) -> None:
    runner = Runner(loading.load(path))
    for _ in runner.steps():
        pass
    assert unmet(runner) == []
