"""Fault plans for Hypothesis: they find what a kill at the wrong moment does, and shrink to what a person can read."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from simk8s import Cluster
from simk8s.checker.properties import sometimes
from simk8s.faults import Fault, Kill
from simk8s.testing import Plan, System, Trial, fault_plans, replica_counts, timings

ARTICLE = Path("../shared/manifests/article")
SAFE = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: box}
spec:
  serviceName: box
  replicas: 2
  selector: {matchLabels: {app: box}}
  template:
    metadata: {labels: {app: box}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: main
          image: bash
          command: [bash, -c, 'cd /data; echo $HOSTNAME > name.new; mv name.new name; exec sleep infinity']
          volumeMounts: [{name: data, mountPath: /data}]
          readinessProbe: {exec: {command: [test, -s, /data/name]}, periodSeconds: 1}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""
UNSAFE = SAFE.replace("echo $HOSTNAME > name.new; mv name.new name", "[ -e name ] || echo $HOSTNAME > name")


def system(folder: Path, text: str) -> System:
    (folder / "box.yaml").write_text(text)
    return System(str(folder / "box.yaml"))


@pytest.fixture(scope="module")
def safe(tmp_path_factory: pytest.TempPathFactory) -> System:
    return system(tmp_path_factory.mktemp("safe"), SAFE)


@pytest.fixture(scope="module")
def unsafe(tmp_path_factory: pytest.TempPathFactory) -> System:
    return system(tmp_path_factory.mktemp("unsafe"), UNSAFE)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_scripts_that_rename_survive_any_two_crashes(data: st.DataObject, safe: System) -> None:
    plan = data.draw(fault_plans(safe, max_faults=2))
    trial = safe.run(plan)
    assert trial.ok, str(trial)


def found(one: System, is_bad: Callable[[Trial], bool], max_faults: int, *phases: Phase) -> tuple[Plan, Trial]:
    """A plan that leads to a hole, from an empty example database."""
    plan = find(
        fault_plans(one, max_faults=max_faults),
        lambda plan: is_bad(one.run(plan)),
        settings=settings(
            database=None,
            deadline=None,
            max_examples=40,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return plan, one.run(plan)


def test_a_hole_between_two_steps_of_a_redirection_is_found_and_shrinks_to_one_kill(unsafe: System) -> None:
    plan, trial = found(unsafe, lambda trial: not trial.ok, 3, Phase.generate, Phase.shrink)

    assert str(plan) == "kill box-0/main at 'truncated' of command 3 of box-0/main"
    assert trial.judgement.outcome == {"box-0": "stuck", "box-1": "absent"}


def test_a_trial_says_what_became_of_each_pod_and_how_to_see_it_again(unsafe: System) -> None:
    point = next(point for point in unsafe.points if point.where == "truncated")
    trial = unsafe.run(Plan.of([Fault(Kill(pod="box-0", container="main"), point.moment)]))

    lines = str(trial).splitlines()
    assert lines[0] == "kill box-0/main at 'truncated' of command 3 of box-0/main"
    assert lines[1] == "  box-0: stuck: container main runs and is not ready (Readiness probe failed)"
    assert lines[2] == "  box-1: absent: it was never made"
    again = Cluster(replay=lines[3].split("--replay ")[1])
    again.apply(*unsafe.paths)
    again.run()
    assert again.read_file("box-0", "/data/name") == b""


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_plans_are_data(data: st.DataObject, safe: System) -> None:
    plan = data.draw(fault_plans(safe, max_faults=3, replicas=replica_counts(2), seeds=st.integers(0, 9)))
    assert Plan.from_token(plan.token, replicas=plan.replicas) == plan


@settings(max_examples=20, deadline=None)
@given(moment=timings(90))
def test_timings_are_whole_seconds_within_the_limit(moment: object) -> None:
    seconds = moment.seconds  # type: ignore[attr-defined]
    assert 0 <= seconds <= 90 and seconds == int(seconds)


def test_fewer_replicas_are_tried_with_crashes_of_those_only(unsafe: System) -> None:
    drawn = find(
        fault_plans(unsafe, replicas=replica_counts(1), victims=["container"]),
        lambda plan: True,
        settings=settings(database=None),
    )
    assert drawn.replicas == 1
    assert list(unsafe.run(drawn).judgement.outcome) == ["box-0"]


def test_a_system_has_properties_of_its_own(safe: System) -> None:
    @sometimes
    def a_container_was_restarted(cluster: Cluster) -> object:
        return any(pod.restarts for pod in cluster.pods())

    guarded = System(safe.manifests, properties=[a_container_was_restarted])
    assert not guarded.run(Plan()).ok
    assert guarded.run(Plan.of([Fault(Kill(pod="box-0", container="main"), safe.points[2].moment)])).ok


@pytest.mark.slow
def test_the_article_has_a_silent_hole_that_one_kill_shows() -> None:
    """The article's own manifests where they are at hand, else ours with the same scripts."""
    manifests = str(ARTICLE) if ARTICLE.is_dir() else "scenarios/mysql"
    article = System(manifests, {"addons": ["rook"]}, replicas=2)

    plan, trial = found(article, lambda trial: bool(trial.silent), 1, Phase.generate)

    assert len(plan.faults) == 1
    assert all(word != "ok" for pod, word in trial.judgement.outcome.items() if pod in trial.silent)


def test_the_addons_that_manifests_need_are_installed_and_named_in_the_replay(tmp_path: Path) -> None:
    storage = Path("scenarios/mysql/storage.yaml").read_text()
    (tmp_path / "all.yaml").write_text(f"{storage}\n---\n{SAFE}")
    trial = System(str(tmp_path), replicas=1).run(Plan())
    assert trial.ok
    assert str(trial).endswith(f"replay: simk8s run {tmp_path} --addon rook --judge --replay v1.0  # with 1 replicas")


@pytest.mark.slow
def test_the_ten_lines_of_the_page_print_the_plan_and_its_token_where_they_fail(tmp_path: Path) -> None:
    lines = re.search(r"```python\n(from hypothesis.*?)```", Path("docs/restart-safety.md").read_text(), re.DOTALL)
    assert lines
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "box.yaml").write_text(UNSAFE)
    few = "max_examples=50, phases=[Phase.generate]"
    (tmp_path / "test_ours.py").write_text("from hypothesis import Phase\n" + lines[1].replace("max_examples=50", few))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_ours.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout
    assert re.search(r"  box-[01]: (stuck|absent)\b", done.stdout), done.stdout
    assert re.search(r"replay: simk8s run manifests/ --judge --replay f1\.\S+  # with 2 replicas", done.stdout)
