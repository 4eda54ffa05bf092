"""The scripts of the two editions of the manifest, out of the manifests themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ARTICLE = ROOT / "scenarios/mysql/statefulset.yaml"  # burns its file before it uses it, as the article's edition does
DOCS = ROOT.parent / "shared/manifests/kubernetes-docs/mysql-statefulset.yaml"


@dataclass(frozen=True)
class Scripts:
    clone: str
    sidecar: str


def scripts(edition: str) -> Scripts:
    """The scripts of `article` or `docs`; skips the test where the latter is not there."""
    path = ARTICLE if edition == "article" else DOCS
    if not path.exists():
        pytest.skip(f"{path} is not there")
    template = next(yaml.safe_load_all(path.read_text()))["spec"]["template"]["spec"]
    return Scripts(template["initContainers"][1]["command"][2], template["containers"][1]["command"][2])
