"""`simk8s kubectl`: one command against a scenario's end state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import Result

Command: TypeAlias = Callable[..., Result]
Pod: TypeAlias = Callable[[str], Path]


def test_the_output_and_the_status_are_kubectls(simk8s: Command, pod: Pod) -> None:
    manifest = pod("sleep infinity")
    good = simk8s("kubectl", "--scenario", manifest, "--", "get", "pod", "example", "-o", "name")
    assert (good.stdout, good.exit_code) == ("pod/example\n", 0)
    missing = simk8s("kubectl", "--scenario", manifest, "--", "get", "pod", "nowhere")
    assert (missing.stdout, missing.exit_code) == ("", 1)
    assert missing.stderr == 'Error from server (NotFound): pods "nowhere" not found\n'


def test_standard_input_reaches_the_command(simk8s: Command, pod: Pod) -> None:
    words = ["exec", "-i", "example", "--", "tr", "a-z", "A-Z"]
    assert simk8s("kubectl", "--scenario", pod("sleep infinity"), "--", *words, stdin="hello\n").stdout == "HELLO\n"


def test_a_kind_without_its_addon_is_refused_in_kubectls_words(simk8s: Command, pod: Pod, tmp_path: Path) -> None:
    file = tmp_path / "pool.yml"
    file.write_text(
        "apiVersion: ceph.rook.io/v1beta1\nkind: Pool\nmetadata: {name: replicapool, namespace: rook-ceph}\n"
    )
    result = simk8s("kubectl", "--scenario", pod("sleep infinity"), "--", "apply", "-f", file)
    assert result.exit_code == 1
    assert result.stderr == (
        f'error: resource mapping not found for name: "replicapool" namespace: "rook-ceph" from "{file}": '
        'no matches for kind "Pool" in version "ceph.rook.io/v1beta1"\nensure CRDs are installed first\n'
    )


def test_a_scenario_that_does_not_exist_is_bad_input(simk8s: Command) -> None:
    result = simk8s("kubectl", "--scenario", "artikel", "--", "get", "pods")
    assert result.exit_code == 2
    assert "come with simk8s: article, " in result.stderr


def test_without_arguments_it_is_bad_input(simk8s: Command) -> None:
    assert simk8s("kubectl").exit_code == 2


@pytest.mark.slow
def test_the_default_scenario_is_the_articles(simk8s: Command) -> None:
    result = simk8s("kubectl", "--", "get", "statefulset", "mysql", "--no-headers")
    assert result.stdout.split()[:2] == ["mysql", "5/5"]


def test_an_addon_of_manifests_can_be_named(simk8s: Command) -> None:
    asked = ["--scenario", "scenarios/mysql/storage.yaml"]
    assert "--addon rook" in simk8s("kubectl", *asked, "--", "get", "sc").stderr
    assert "rook" in simk8s("kubectl", *asked, "--addon", "rook", "--", "get", "sc", "-o", "yaml").stdout
