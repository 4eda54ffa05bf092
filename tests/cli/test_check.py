"""`simk8s check`: what it prints and saves, and its exit statuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import Result

from simk8s.checker import fork
from tests.checker.test_exploration import FRAGILE, SAFE, SET

Command: TypeAlias = Callable[..., Result]


def manifest(folder: Path, script: str) -> Path:
    text = "\n".join(" " * 14 + line for line in script.strip("\n").split("\n"))
    path = folder / "web.yaml"
    path.write_text(SET.replace("SCRIPT", text))
    return path


def test_holes_are_printed_at_their_lines_and_told(simk8s: Command, tmp_path: Path) -> None:
    result = simk8s("check", manifest(tmp_path, FRAGILE), "--jobs", "1")
    assert result.exit_code == 1, result.output
    (line,) = [line for line in result.stdout.splitlines() if line.endswith("|   echo whole > /data/content")]
    assert line.startswith(" ! ") and "crashloop of" in line
    assert " + " in next(line for line in result.stdout.splitlines() if line.endswith("| set -e"))
    assert "hole 1: crashloop - " in result.stdout
    assert "on the disk of web-0 then: begun" in result.stdout
    assert "replay: f1." in result.stdout
    assert "outcomes: " in result.stdout and "points, " in result.stdout


def test_no_hole_is_status_zero(simk8s: Command, tmp_path: Path) -> None:
    result = simk8s("check", manifest(tmp_path, SAFE), "--jobs", "1")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "no hole")


def test_the_report_is_saved_as_json_html_and_scenarios(simk8s: Command, tmp_path: Path) -> None:
    path = manifest(tmp_path, FRAGILE)
    files = ["--json", str(tmp_path / "a.json"), "--html", str(tmp_path / "a.html"), "--scenarios", str(tmp_path / "s")]
    assert simk8s("check", path, "--jobs", "1", *files).exit_code == 1
    said = json.loads((tmp_path / "a.json").read_text())
    page = (tmp_path / "a.html").read_text()
    assert said["totals"]["holes"] == len(said["holes"]) == len(list((tmp_path / "s").iterdir()))
    assert page.startswith("<!DOCTYPE html>") and "http" not in page.replace("http-equiv", "")
    assert all(hole["replay"] in page for hole in said["holes"])
    again = simk8s("run", tmp_path / "s" / "hole-01.yaml", "-q")
    assert "web-0   0/1" in again.stdout


def test_crashes_zero_has_one_point(simk8s: Command, tmp_path: Path) -> None:
    result = simk8s("check", manifest(tmp_path, FRAGILE), "--crashes", "0", "--json", tmp_path / "a.json")
    assert result.exit_code == 0
    assert [point["where"] for point in json.loads((tmp_path / "a.json").read_text())["points"]] == ["none"]


def test_a_full_disk_keeps_the_printed_report(simk8s: Command, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    result = simk8s("check", manifest(tmp_path, FRAGILE), "--jobs", "1", "--json", "/dev/full")
    assert result.exit_code == 2
    assert "hole 1: crashloop" in result.stdout and "SK102" in result.stderr


def test_what_is_no_set_is_refused(simk8s: Command, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")
    result = simk8s("check", tmp_path / "x.yaml")
    assert result.exit_code == 2 and "SK520" in result.stderr
    assert simk8s("check", tmp_path / "nothing.yaml").exit_code == 2


def test_it_says_when_every_world_is_replayed_from_the_start(
    simk8s: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = manifest(tmp_path, SAFE)
    assert "replayed" not in simk8s("check", path, "--crashes", "0").stderr
    monkeypatch.setattr(fork, "is_offered", lambda: False)
    assert "this system has no fork: each world is replayed" in simk8s("check", path, "--crashes", "0").stderr
    assert "replayed" not in simk8s("check", path, "--crashes", "0", "-q").stderr


def told_without_crash(simk8s: Command, folder: Path, text: str, *options: str) -> Result:
    path = folder / "my set.yaml"
    path.write_text(text)
    return simk8s("check", path, "--jobs", "1", *options)


def test_a_set_that_never_starts_is_one_hole_that_says_what_is_waited_for(simk8s: Command, tmp_path: Path) -> None:
    text = SET.replace("SCRIPT", "              sleep 9").replace(
        "spec: {access", "spec: {storageClassName: nowhere, access"
    )
    result = told_without_crash(simk8s, tmp_path, text)
    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert "hole 1: stuck - without any crash" in lines
    (why,) = [line for line in lines if line.startswith("   web-0 is stuck: ")]
    assert why.endswith('claim data-web-0: ProvisioningFailed: storageclass.storage.k8s.io "nowhere" not found')
    assert "outcomes: 1 stuck" in lines
    assert f"play one again: simk8s run '{tmp_path / 'my set.yaml'}' --judge --replay TOKEN" in lines


def test_where_the_run_without_any_crash_is_not_known_no_crash_is_tried(simk8s: Command, tmp_path: Path) -> None:
    text = SET.replace("SCRIPT", "              echo begun > /data/begun\n              perl -e 1 && exit 0; exit 120")
    result = told_without_crash(simk8s, tmp_path, text, "--html", str(tmp_path / "a.html"))
    lines = result.stdout.splitlines()
    assert result.exit_code == 1, "what is not known is not taken for a good one"
    program = "container main: perl: this program is not modelled by simk8s (SK311)"
    assert f"not known: the run without any crash: {program}" in lines
    assert lines[-1] == "no hole found, but what becomes of the run without any crash is not known"
    assert lines[-1] in (tmp_path / "a.html").read_text()


def test_the_line_that_plays_a_story_again_names_what_the_cluster_was_like(simk8s: Command, tmp_path: Path) -> None:
    result = simk8s("check", manifest(tmp_path, FRAGILE), "--jobs", "1", "--nodes", "1", "--html", tmp_path / "a.html")
    command = next(line for line in result.stdout.splitlines() if line.startswith("play one again: simk8s run "))
    token = next(line.split()[1] for line in result.stdout.splitlines() if "replay: f1." in line)
    again = simk8s(*command.replace("TOKEN", token).split()[4:], "-q")
    assert command.endswith("--nodes 1 --judge --replay TOKEN")
    assert command.partition(": ")[2] in (tmp_path / "a.html").read_text()
    assert "web-0 is crashloop" in again.stdout


def test_a_scenario_is_no_manifest_to_be_checked(simk8s: Command) -> None:
    result = simk8s("check", "scenarios/article.yaml")
    assert result.exit_code == 2
    assert result.stderr.startswith("SK507 scenarios/article.yaml:1:1: this is a scenario, not a manifest\n")


@pytest.mark.parametrize("option", ["--json", "--html", "--scenarios"])
def test_what_cannot_be_saved_is_refused_before_the_work(simk8s: Command, tmp_path: Path, option: str) -> None:
    path = manifest(tmp_path, FRAGILE)
    result = simk8s("check", path, option, path / "inside of a file")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"SK102: cannot write {path / 'inside of a file'}")
    assert list(tmp_path.iterdir()) == [path]
