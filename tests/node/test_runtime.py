"""Logs, exec and attach, as kubectl asks for them."""

from __future__ import annotations

from typing import Any

import pytest

from simk8s.api.errors import ApiError
from simk8s.node.runtime import Output
from tests.node.bench import Bench, container


def finish(bench: Bench, run: Any) -> Output:
    result: Output = bench.sim.run(bench.sim.task(run))
    return result


def test_logs_are_those_of_the_present_instance_or_the_one_before(bench: Bench) -> None:
    """KCTL-15."""
    bench.pod(container("main", "exit", "3", "20"))
    bench.until(bench.is_running)
    assert bench.runtime.logs("default", "web", "main") == b"ending with 3\n"
    with pytest.raises(ApiError, match='previous terminated container "main" in pod "web" not found'):
        bench.runtime.logs("default", "web", "main", previous=True)
    bench.until(lambda: bench.status("main")["restartCount"] == 1)
    assert bench.runtime.logs("default", "web", "main", previous=True) == b"ending with 3\n"


def test_the_logs_of_a_container_that_has_not_started_say_why(bench: Bench) -> None:
    """KCTL-15."""
    bench.pod(
        container("main", image="none:1"), container("late"), initContainers=[container("init", "exit", "0", "9")]
    )
    bench.run(5)
    with pytest.raises(ApiError, match='container "late" in pod "web" is waiting to start: PodInitializing'):
        bench.runtime.logs("default", "web", "late")
    bench.until(lambda: bench.state("main")[1] == "ErrImagePull")
    with pytest.raises(ApiError, match="is waiting to start: trying and failing to pull image"):
        bench.runtime.logs("default", "web", "main")


def test_lines_have_the_time_of_their_first_byte(bench: Bench) -> None:
    bench.pod(container("main", "exit", "0"), restartPolicy="Never")
    bench.run(10)
    ((time, line),) = bench.runtime.log("default", "web", "main").lines()
    assert line == b"ending with 0\n"
    assert time == pytest.approx(bench.starts("main")[0], abs=0.01)
    assert bench.runtime.logs("default", "web", "main") == b"ending with 0\n"  # also when it has completed


def test_a_command_runs_in_the_container_with_its_environment_and_input(bench: Bench) -> None:
    bench.pod(container("main", env=[{"name": "MODE", "value": "fast"}]))
    bench.until(bench.is_running)
    assert finish(bench, bench.runtime.exec("default", "web", "main", ["env", "MODE"])).stdout == b"MODE=fast\n"
    assert finish(bench, bench.runtime.exec("default", "web", "main", ["cat"], b"hello")).stdout == b"hello"
    failed = finish(bench, bench.runtime.exec("default", "web", "main", ["check", "/none"]))
    assert (failed.status, failed.stderr) == (1, b"check: /none is not there\n")
    assert finish(bench, bench.runtime.exec("default", "web", "main", ["bash"])).status == 127


def test_a_container_that_does_not_run_cannot_be_entered(bench: Bench) -> None:
    bench.pod(container("main", image="none:1"))
    bench.run(5)
    with pytest.raises(ApiError, match=r'container not found \("main"\)'):
        finish(bench, bench.runtime.exec("default", "web", "main", ["env"]))


def test_who_attaches_gives_its_input_to_the_main_process_and_gets_what_it_prints(bench: Bench) -> None:
    bench.pod(container("main", "cat", stdin=True, stdinOnce=True), restartPolicy="Never")
    bench.until(bench.is_running)
    assert finish(bench, bench.runtime.attach("default", "web", "main", b"select 1;\n")) == Output(b"select 1;\n")
    bench.run(5)
    assert bench.phase() == "Succeeded"


def test_a_container_without_standard_input_is_at_its_end_at_once(bench: Bench) -> None:
    bench.pod(container("main", "cat"), restartPolicy="Never")
    bench.run(10)
    assert bench.phase() == "Succeeded"


def test_a_node_without_power_does_not_answer(bench: Bench) -> None:
    bench.pod()
    bench.until(bench.is_running)
    bench.node.power_off()
    with pytest.raises(ApiError, match="no route to host"):
        bench.runtime.logs("default", "web", "main")
