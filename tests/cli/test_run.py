"""`simk8s run`: what it prints, what it refuses, and its exit statuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import Result

from simk8s.faults import AtCommand, Fault, Kill
from simk8s.faults.token import token_of_plan

Command: TypeAlias = Callable[..., Result]
Pod: TypeAlias = Callable[[str], Path]


def test_a_timeline_is_followed_by_the_pods_and_the_replay_line(simk8s: Command, pod: Pod) -> None:
    result = simk8s("run", pod("sleep 1000000"))
    assert result.exit_code == 0, result.output
    assert "pod/example container main started" in result.stdout
    assert "example   1/1     Running" in result.stdout
    assert "settled after" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("replay: v1.0")


def test_quiet_prints_the_end_only(simk8s: Command, pod: Pod) -> None:
    lines = simk8s("run", "-q", pod("sleep 1000000")).stdout.splitlines()
    assert lines[0].startswith("NAME")
    assert len(lines) == 4


def test_json_is_one_object_with_everything(simk8s: Command, pod: Pod) -> None:
    result = simk8s("run", "--json", "--seed", "3", pod("sleep 1000000"))
    said = json.loads(result.stdout)
    assert said["settled"] is True
    assert said["time_seconds"] > 60
    (row,) = said["pods"]
    assert (row["name"], row["ready"], row["status"], row["restarts"]) == ("example", "1/1", "Running", 0)
    assert row["node"].startswith("node-")
    assert row["ip"].startswith("10.244.")
    assert [found["met"] for found in said["expectations"]] == [True]
    assert len(said["history_sha256"]) == 64
    assert said["replay"] == "v1.3"


def test_one_seed_gives_one_history_and_another_seed_another(simk8s: Command, pod: Pod) -> None:
    def fingerprint(*options: str) -> str:
        return str(json.loads(simk8s("run", "--json", pod("sleep 1000000"), *options).stdout)["history_sha256"])

    assert fingerprint("--seed", "1") == fingerprint("--seed", "1") == fingerprint("--replay", "v1.1")
    assert fingerprint("--seed", "1") != fingerprint("--seed", "2")


def test_a_manifest_may_come_from_standard_input(simk8s: Command, pod: Pod) -> None:
    text = pod("sleep 1000000").read_text()
    assert simk8s("run", "-q", "-", stdin=text).exit_code == 0


def test_a_folder_stands_for_the_manifests_in_it(simk8s: Command, pod: Pod) -> None:
    assert simk8s("run", "-q", pod("sleep 1000000").parent).exit_code == 0


def test_a_trace_is_the_history_as_json_lines(simk8s: Command, pod: Pod, tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    assert simk8s("run", "-q", pod("sleep 1000000"), "--trace", trace).exit_code == 0
    first, *records = trace.read_text().splitlines()
    assert json.loads(first)["format"] == "simk8s-history"
    assert json.loads(records[-1])["seq"] == len(records) - 1


def test_until_ends_the_run_and_what_is_not_there_by_then_is_a_finding(simk8s: Command, pod: Pod) -> None:
    result = simk8s("run", pod("sleep 1000000"), "--until", "5s")
    assert result.exit_code == 1
    assert "not settled after 5.0s" in result.stdout
    assert "pod/example is not Ready" in result.stdout


@pytest.mark.parametrize("until", ["soon", "0", "-5"])
def test_a_time_that_is_none_is_bad_input(simk8s: Command, pod: Pod, until: str) -> None:
    result = simk8s("run", pod("exit 0"), f"--until={until}")
    assert result.exit_code == 2
    assert "SK503" in result.stderr


def test_a_crash_loop_is_a_finding_that_shows_the_end_of_the_log(simk8s: Command, pod: Pod) -> None:
    result = simk8s("run", pod("echo it is broken; exit 7"))
    assert result.exit_code == 1
    assert "CrashLoopBackOff" in result.stdout
    assert "last exit status 7" in result.stdout
    assert "the end of the log of example/main" in result.stdout
    assert "it is broken" in result.stdout.partition("the end of the log")[2]


def bad(result: Result, place: str, *texts: str) -> None:
    """Bad input is one located message, and no traceback."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert place in result.stderr.splitlines()[0]
    for text in texts:
        assert text in result.stderr
    assert "Traceback" not in result.output


def test_broken_yaml_is_bad_input(simk8s: Command, tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: x\nspec: 1\n")
    bad(simk8s("run", file), f"SK104 {file}:")


def test_an_unknown_field_is_bad_input_with_the_right_one(simk8s: Command, tmp_path: Path) -> None:
    file = tmp_path / "set.yaml"
    file.write_text("""\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  replcas: 3
  serviceName: web
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: bash}]}
""")
    bad(simk8s("run", file), f"{file}:5:3", 'unknown field "spec.replcas"', "replicas")


def test_an_unknown_kind_is_bad_input_in_kubectls_words(simk8s: Command, tmp_path: Path) -> None:
    file = tmp_path / "pool.yaml"
    file.write_text("apiVersion: ceph.rook.io/v1beta1\nkind: Pool\nmetadata: {name: x, namespace: default}\n")
    bad(simk8s("run", file), f"{file}:2:7", 'no matches for kind "Pool" in version "ceph.rook.io/v1beta1"')
    assert simk8s("run", "-q", file, "--addon", "rook").exit_code == 0


def test_a_missing_file_is_bad_input(simk8s: Command, tmp_path: Path) -> None:
    (tmp_path / "mysql.yaml").write_text("")
    bad(simk8s("run", tmp_path / "msql.yaml"), "SK101", "does not exist", f"did you mean {tmp_path}/mysql.yaml?")


def test_an_empty_folder_is_bad_input(simk8s: Command, tmp_path: Path) -> None:
    bad(simk8s("run", tmp_path), "SK111")


def test_a_script_with_a_syntax_error_is_bad_input(simk8s: Command, pod: Pod) -> None:
    file = pod("if true; fi")
    bad(simk8s("run", file), f"SK210 {file}:14:20", "syntax error", 'container "main", line 2')


def test_an_endless_loop_is_bad_input_that_names_its_line(simk8s: Command, pod: Pod) -> None:
    file = pod("while :; do x=1; done")
    result = simk8s("run", file)
    assert result.exit_code == 2
    assert f"SK301 {file}:14:" in result.stderr
    assert "endless loop" in result.stderr


def test_an_unknown_storage_class_shows_what_a_real_cluster_would(simk8s: Command, tmp_path: Path) -> None:
    file = tmp_path / "claim.yaml"
    file.write_text("""\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {storageClassName: fast, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
""")
    result = simk8s("run", file)
    assert result.exit_code == 1
    assert 'storageclass.storage.k8s.io "fast" not found' in result.stdout  # VOL-34


def test_a_missing_configmap_shows_what_a_real_cluster_would(simk8s: Command, pod: Pod) -> None:
    file = pod("sleep 1000000")
    file.write_text(file.read_text() + "  volumes: [{name: settings, configMap: {name: nowhere}}]\n")
    result = simk8s("run", file)
    assert result.exit_code == 1
    assert "example   0/1     ContainerCreating" in result.stdout
    assert 'configmap "nowhere" not found' in result.stdout  # KUBELET-88


def test_an_unknown_image_shows_what_a_real_cluster_would_and_what_to_do(simk8s: Command, pod: Pod) -> None:
    file = pod("sleep 1000000")
    file.write_text(file.read_text().replace("image: bash", "image: example.com/nobody:1"))
    result = simk8s("run", file)
    assert result.exit_code == 1
    assert "ErrImagePull" in result.stdout
    assert "ImagePullBackOff" in result.stdout.partition("NAME")[2]  # KUBELET-25
    assert "simk8s.images.Image" in result.stdout


def test_a_trace_that_cannot_be_written_is_bad_input_before_anything_runs(simk8s: Command, pod: Pod) -> None:
    bad(simk8s("run", pod("exit 0"), "--trace", "/nowhere/trace.jsonl"), "SK102", "/nowhere/trace.jsonl")


def test_a_trace_may_go_to_a_pipe_which_stays_a_pipe(simk8s: Command, pod: Pod, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["timeout", "20", "head", "-c", "26", pipe], stdout=subprocess.PIPE) as reader:
        simk8s("run", "-q", pod("sleep 1000000"), "--trace", pipe)
        assert reader.stdout is not None
        assert reader.stdout.read() == b'{"format":"simk8s-history"'
    assert pipe.is_fifo()


def test_a_folder_of_scenarios_is_refused_with_their_names(simk8s: Command, pod: Pod) -> None:
    folder = pod("exit 0").parent
    (folder / "scenario.yaml").write_text(SCENARIO)
    bad(simk8s("run", folder), f"SK507 {folder}", f"{folder}/scenario.yaml")


def test_a_broken_replay_token_is_bad_input(simk8s: Command, pod: Pod) -> None:
    bad(simk8s("run", pod("exit 0"), "--replay", "seven"), "SK501", "replay token")


def test_an_addon_that_does_not_exist_is_bad_input(simk8s: Command, pod: Pod) -> None:
    bad(simk8s("run", pod("exit 0"), "--addon", "rok"), "SK405", "rook")


SCENARIO = """\
apiVersion: simk8s/v1
kind: Scenario
metadata: {name: example, title: One Pod}
manifests: [pod.yaml]
steps:
  - run: pod/example Ready
  - say: It greets.
  - kubectl: logs example
    expect:
      stdout: |
        one
"""


def test_a_scenario_says_what_it_does_and_meets_its_expectations(simk8s: Command, pod: Pod) -> None:
    file = pod("sleep 1000000").with_name("scenario.yaml")
    file.write_text(SCENARIO)
    result = simk8s("run", file)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("One Pod\n")
    assert "\nIt greets.\n" in result.stdout
    assert "$ kubectl logs example\none\n" in result.stdout
    assert "3 expectations met" in result.stdout


def test_a_scenario_may_come_from_standard_input(simk8s: Command, pod: Pod, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pod("sleep 1000000").parent)
    assert simk8s("run", "-", stdin=SCENARIO).exit_code == 0


def test_an_expectation_that_is_not_met_is_a_finding_with_place_and_text(simk8s: Command, pod: Pod) -> None:
    file = pod("sleep 1000000").with_name("scenario.yaml")
    file.write_text(SCENARIO.replace("        one\n", "        two\n"))
    result = simk8s("run", file)
    assert result.exit_code == 1
    assert f"! not met: stdout of kubectl logs example is 'two\\n'\n  {file}:10:15\n  one\n" in result.stdout
    assert "1 of 3 expectations not met" in result.stdout


def test_a_scenario_and_manifests_together_are_refused(simk8s: Command, pod: Pod) -> None:
    manifest = pod("exit 0")
    file = manifest.with_name("scenario.yaml")
    file.write_text(SCENARIO)
    bad(simk8s("run", file, manifest), "SK507", "a scenario runs alone")


@pytest.mark.slow
def test_judge_writes_rows_and_says_what_became_of_each_server(simk8s: Command) -> None:
    """S04: the position is burnt and not yet written down; every Pod says that it is Ready, and the judge tells."""
    moment = AtCommand(pod="mysql-1", container="xtrabackup", index=7)
    token = token_of_plan("v1.0", [Fault(Kill(pod="mysql-1", container="xtrabackup"), moment)])
    manifests = Path(__file__).parents[2] / "scenarios" / "tutorial"

    alone = simk8s("run", manifests, "--replay", token, "--json")
    judged = simk8s("run", manifests, "--replay", token, "--judge", "--json")

    assert (alone.exit_code, judged.exit_code) == (0, 1)
    assert "outcome" not in json.loads(alone.stdout)
    said = json.loads(judged.stdout)
    assert said["outcome"] == {"mysql-0": "ok", "mysql-1": "stale", "mysql-2": "stale"}
    assert said["silent_pods"] == ["mysql-1", "mysql-2"]


def test_a_scenario_is_run_by_its_name_too(simk8s: Command) -> None:
    assert "web-0" in simk8s("run", "web", "-q", "--until", "20s").stdout
    result = simk8s("run", "wbe")
    assert result.exit_code == 2
    assert "there is no scenario 'wbe'" in result.stderr and "web" in result.stderr


def test_a_namespace_that_is_missing_is_to_be_made_first(simk8s: Command, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: argocd}\n")
    assert simk8s("run", path).stderr.splitlines() == [
        f'SK404 {path}:1:1: namespaces "argocd" not found',
        "  try: create it first: `kind: Namespace`, in a manifest that comes before this one",
    ]


@pytest.mark.parametrize(("columns", "is_cut"), [("75", True), ("40", False)])
def test_a_line_is_cut_only_where_enough_of_it_is_left(tmp_path: Path, columns: str, is_cut: bool) -> None:
    pty = pytest.importorskip("pty")
    leader, follower = pty.openpty()
    environment = {**os.environ, "COLUMNS": columns, "NO_COLOR": "1"}
    command = [sys.executable, "-m", "simk8s.cli", "run", "scenarios/web/web.yaml", "--until", "1s"]
    with open(tmp_path / "nothing", "w") as nothing:
        subprocess.run(command, stdout=follower, stderr=nothing, env=environment, check=False)
    os.close(follower)
    said = os.read(leader, 65536).decode()
    os.close(leader)
    assert "service/web created" in said
    assert ("…" in said) is is_cut, said
