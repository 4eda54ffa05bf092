"""A run is its inputs: options, choices, and what people did and when. Kept as plain data, for `rerunning.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from simk8s.errors import SimError
from simk8s.images import Image
from simk8s.machine.content import as_json
from simk8s.sim import History

_FILE_FLAGS = ("-f", "--filename", "--from-file", "--from-env-file", "--patch-file")


class Recording:
    """The inputs of a run, as they come. `inputs` is what a saved trace has in its header.

    Each action has the number of records that were there before it (`from`) and after it (`to`). `until` says
    that it was broken off after that record: by a branch, or by an interruption.
    """

    def __init__(self, history: History, cluster: Mapping[str, Any]) -> None:
        self._history = history
        self.actions: list[dict[str, Any]] = []
        self.inputs: dict[str, Any] = {"cluster": dict(cluster), "actions": self.actions}
        history.inputs = self.inputs

    @contextmanager
    def action(self, verb: str, time: float, **arguments: Any) -> Iterator[None]:
        """What is done inside is one action."""
        entry = {"verb": verb, "time": time, "from": len(self._history), **arguments}
        self.actions.append(entry)
        try:
            yield
        except Exception:
            entry["to"] = len(self._history)
            raise
        except BaseException:
            entry["until"] = len(self._history) - 1
            raise
        entry["to"] = len(self._history)


def options_of(inputs: Any, images: Sequence[Image]) -> dict[str, Any]:
    """What a cluster like that of a recorded run is made with. `images` are those that the first run was given.

    Raises SimError SK515 where this is not what a run was made of.
    """
    try:
        said = dict(inputs["cluster"])
        missing = sorted(set(said.pop("images")) - {label(image) for image in images})
        options = dict(said.pop("options"))
    except (KeyError, TypeError, ValueError) as error:
        raise not_recorded() from error
    if missing:
        raise SimError(
            "SK515",
            f"the run used images of its own: {', '.join(missing)}",
            hint="give them: simk8s.cluster.replayed(inputs, images=[...])",
        )
    return {**said, **options}


def not_recorded() -> SimError:
    """For inputs that are none."""
    return SimError(
        "SK515",
        "this history does not say what its run was made of",
        hint="save one with `simk8s run PATH --trace FILE`",
    )


def label(image: Image) -> str:
    """What a recording calls an image that a person has brought along."""
    patterns = [image.repository] if isinstance(image.repository, str) else image.repository
    tags = [image.tags] if isinstance(image.tags, str) else image.tags
    return f"{','.join(patterns)}:{','.join(tags)}"


def files_named(argv: Sequence[str], folder: Path) -> dict[str, Any]:
    """The files that a kubectl command reads, by the paths it names them with."""
    found: dict[str, Any] = {}
    words = list(argv[: argv.index("--")] if "--" in argv else argv)
    for word, following in zip(words, [*words[1:], ""], strict=True):
        flag, equals, value = word.partition("=")
        if flag in _FILE_FLAGS:
            named = value if equals else following
        elif word.startswith("-f") and not equals:
            named = word[2:]
        else:
            continue
        for part in named.split(","):
            path = part.rpartition("=")[2]
            if path and path != "-" and not Path(path).is_absolute():
                found |= _contents(folder, path)
    return found


def _contents(folder: Path, path: str) -> dict[str, Any]:
    target = folder / path
    files = [target] if target.is_file() else sorted(target.rglob("*")) if target.is_dir() else []
    try:
        return {str(file.relative_to(folder)): as_json(file.read_bytes()) for file in files if file.is_file()}
    except (OSError, ValueError):  # unreadable, or outside of the folder: kubectl says so itself
        return {}
