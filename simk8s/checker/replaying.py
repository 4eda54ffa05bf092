"""A hole as a scenario: a file that every face can play."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import yaml

from simk8s.checker.setup import Setup


def scenario_of(hole: Mapping[str, Any], setup: Setup, folder: str) -> str:
    """The YAML text of the scenario that shows a hole, to be saved in `folder`."""
    files = [os.path.relpath(source.file, folder) for source in setup.sources]
    title = f"{'Silent: ' if hole['silent'] else ''}{hole['word']}, {hole['file']}:{hole['line']}"
    document = {
        "apiVersion": "simk8s/v1",
        "kind": "Scenario",
        "metadata": {"name": "hole", "title": title, "narration": "\n".join(hole["story"]) + "\n"},
        "cluster": {key: value for key, value in setup.options.items() if key != "replay"},
        "steps": [
            *({"fault": fault} for fault in hole["faults"]),
            {"apply": files},
            {"run": {"until": "settled", "timeout": 900}},
            {"kubectl": "get pods"},
        ],
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)
