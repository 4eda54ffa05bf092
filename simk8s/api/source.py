"""The scripts of the manifests that were applied, and where each of them was written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simk8s.api.manifest import Manifest
from simk8s.api.script_place import ScriptPlace


class Sources:
    """Finds a script's text again in the manifests that were applied."""

    def __init__(self, manifests: Iterable[Manifest] = ()) -> None:
        self._by_text: dict[str, list[tuple[str, ScriptPlace]]] = {}
        for manifest in manifests:
            self.add(manifest)

    def add(self, manifest: Manifest) -> None:
        """Know the texts of one more manifest."""
        for path, script in manifest.scripts.items():
            value = _value(manifest.object, path)
            if isinstance(value, str) and ("\n" in value or _is_command(path)):
                self._by_text.setdefault(value, []).append((_container(manifest.object, path), script))

    def find(self, text: str, container: str = "") -> ScriptPlace | None:
        """Where `text` was written; by preference in the container of that name. None where no manifest has it."""
        candidates = self._by_text.get(text)
        if not candidates:
            return None
        return next((script for name, script in candidates if name == container), candidates[0][1])


def _value(data: Any, path: tuple[str | int, ...]) -> Any:
    try:
        for step in path:
            data = data[step]
    except (KeyError, IndexError, TypeError):
        return None
    return data


def _is_command(path: tuple[str | int, ...]) -> bool:
    return len(path) > 1 and path[-2] in ("command", "args")


def _container(data: Any, path: tuple[str | int, ...]) -> str:
    """The name of the container that the path leads through, "" outside of containers."""
    for index, step in enumerate(path):
        if step in ("containers", "initContainers") and index + 1 < len(path):
            found = _value(data, path[: index + 2])
            return str(found.get("name", "")) if isinstance(found, dict) else ""
    return ""
