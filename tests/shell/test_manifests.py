"""The scripts inside real manifests parse, or are refused for a stated reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from simk8s.shell.syntax import BASH, POSIX, Dialect, check

MANIFESTS = Path(__file__).parents[3] / "shared" / "manifests"
SHELLS = {"bash": BASH, "sh": POSIX, "ash": POSIX, "dash": POSIX}


def scripts(node: Any) -> Iterator[tuple[Dialect, str]]:
    """Every shell script in a Kubernetes object: after `sh -c`, and in ConfigMaps."""
    if isinstance(node, list):
        for item in node:
            yield from scripts(item)
    elif isinstance(node, dict):
        words = [str(word) for key in ("command", "args") for word in (node.get(key) or [])]
        for number, word in enumerate(words[:-1]):
            if word.startswith("-") and not word.startswith("--") and word.endswith(("c", "cx")) and number:
                dialect = SHELLS.get(words[0].rsplit("/", 1)[-1])
                if dialect is not None:
                    yield dialect, words[number + 1]
        if node.get("kind") == "ConfigMap":
            for name, text in (node.get("data") or {}).items():
                if name.endswith(".sh") or text.startswith("#!"):
                    yield BASH if "bash" in text.split("\n", 1)[0] else POSIX, text
        for item in node.values():
            yield from scripts(item)


def files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (MANIFESTS / folder).rglob("*.y*ml"))


@pytest.mark.skipif(not MANIFESTS.is_dir(), reason="the collected manifests are not on this machine")
@pytest.mark.parametrize("path", files("article", "kubernetes-docs", "gallery"), ids=lambda path: path.name)
def test_every_script_of_a_manifest_parses(path: Path) -> None:
    for dialect, script in scripts(list(yaml.safe_load_all(path.read_text()))):
        assert check(script, dialect) == [], script


@pytest.mark.skipif(not MANIFESTS.is_dir(), reason="the collected manifests are not on this machine")
def test_the_two_mysql_manifests_hold_three_scripts_each() -> None:
    for folder in ("article", "kubernetes-docs"):
        found = [script for path in files(folder) for _, script in scripts(list(yaml.safe_load_all(path.read_text())))]
        assert len(found) == 3
