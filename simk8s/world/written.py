"""What people wrote, found again in the inputs of a run: manifests, and where a script stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simk8s.api.manifest import Manifest, load_text
from simk8s.api.source import Sources
from simk8s.errors import SimError
from simk8s.machine.content import from_json


class Written:
    """The manifests of a run. `texts` are by file name, `sources` finds the place of a script."""

    def __init__(self, inputs: Any) -> None:
        self.texts = dict(_texts(inputs or {}))
        self.manifests: list[Manifest] = []
        for file, text in self.texts.items():
            try:
                self.manifests += load_text(text, file)
            except SimError:  # it was refused in the run, too
                continue
        self.sources = Sources(self.manifests)


def _texts(inputs: Any) -> Iterator[tuple[str, str]]:
    for action in inputs.get("actions", ()):
        for file, text in action.get("sources", ()):
            yield file, text
        for file, data in action.get("files", {}).items():
            content = bytes(from_json(data)).decode(errors="replace")
            if file.endswith((".yaml", ".yml", ".json")):
                yield file, content
