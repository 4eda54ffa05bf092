"""The scripts of the manifests, line by line: what was tried at each, and what became of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from simk8s.checker.exploration import Exploration
from simk8s.checker.hole import WORST, worst
from simk8s.cluster.manifests import manifests_in, scripts


def annotated(exploration: Exploration) -> list[dict[str, Any]]:
    """Each script with its lines; then the scripts of images, of which only the lines with commands are known."""
    tried = _tried(exploration)
    found: list[dict[str, Any]] = []
    for manifest in manifests_in(exploration.setup.sources):
        for script in scripts(manifest):
            if script.place is None:
                continue
            texts = script.text.split("\n")[: -1 if script.text.endswith("\n") else None]
            lines = [(script.place.at(number, 1).line, text) for number, text in enumerate(texts, 1)]
            found.append(_script(manifest.file, script.container, lines, tried))
    told = {(entry["file"], entry["container"]) for entry in found}
    for file, container in sorted({(file, container) for file, container, _ in tried} - told):
        lines = sorted(
            (line, sorted(texts)[0]) for (f, c, line), (_, texts) in tried.items() if (f, c) == (file, container)
        )
        found.append(_script(file, container, lines, tried))
    return found


_Tried = dict[tuple[str, str, int], tuple[Counter[str], set[str]]]


def _tried(exploration: Exploration) -> _Tried:
    """Outcomes and texts of commands by file, container and line."""
    found: _Tried = defaultdict(lambda: (Counter(), set()))
    for number, crash in enumerate(exploration.survey.crashes if exploration.crashes else ()):
        result = exploration.result(number)
        at = crash.point
        outcomes, texts = found[at.file, at.container, at.line]
        texts.add(at.command)
        if result is not None:
            word = worst(result)
            outcomes[f"silent {word}" if result.silent else word] += 1
    return found


def _script(file: str, container: str, lines: list[tuple[int, str]], tried: _Tried) -> dict[str, Any]:
    return {"file": file, "container": container, "lines": [_line(file, container, *line, tried) for line in lines]}


def _line(file: str, container: str, number: int, text: str, tried: _Tried) -> dict[str, Any]:
    outcomes = tried[file, container, number][0] if (file, container, number) in tried else Counter()
    words = sorted(outcomes, key=lambda word: (not word.startswith("silent"), _rank(word)))
    return {
        "line": number,
        "text": text,
        "tried": sum(outcomes.values()),
        "ok": outcomes.get("ok", 0),
        "outcomes": {word: outcomes[word] for word in words},
        "verdict": next((word for word in words if word != "ok"), "ok" if words else ""),
    }


def _rank(word: str) -> int:
    plain = word.removeprefix("silent ")
    return WORST.index(plain) if plain in WORST else len(WORST)
