"""A run is its inputs: options, choices, and what people did and when. Kept as plain data, and done again from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from simk8s.cluster.manifests import Source
from simk8s.errors import SimError
from simk8s.faults import Fault
from simk8s.images import Image
from simk8s.machine.content import as_json, from_json
from simk8s.sim import History

if TYPE_CHECKING:
    from simk8s.cluster.cluster import Cluster

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


def replayed(inputs: Any, *, images: Sequence[Image] = ()) -> Cluster:
    """A cluster on which everything was done again. `images` are those that the first run was given.

    Raises SimError SK515 where this is not what a run was made of.
    """
    cluster = start(inputs, images=images)
    rerun(cluster, inputs["actions"])
    return cluster


def start(inputs: Any, *, images: Sequence[Image] = ()) -> Cluster:
    """A cluster with the options and choices of a recorded run, on which nothing was done yet. See `replayed`."""
    from simk8s.cluster.cluster import Cluster

    try:
        said = dict(inputs["cluster"])
        names = said.pop("images")
        missing = sorted(set(names) - {label(image) for image in images})
        options = said.pop("options")
        if missing:
            raise SimError(
                "SK515",
                f"the run used images of its own: {', '.join(missing)}",
                hint="give them: simk8s.cluster.replayed(inputs, images=[...])",
            )
        return Cluster(**said, **options, images=images)
    except (KeyError, TypeError, ValueError) as error:
        raise SimError(
            "SK515",
            "this history does not say what its run was made of",
            hint="save one with `simk8s run PATH --trace FILE`",
        ) from error


def label(image: Image) -> str:
    """What a recording calls an image that a person has brought along."""
    patterns = [image.repository] if isinstance(image.repository, str) else image.repository
    tags = [image.tags] if isinstance(image.tags, str) else image.tags
    return f"{','.join(patterns)}:{','.join(tags)}"


_INSTANT = ("inject", "reseed")


def rerun(
    cluster: Cluster,
    actions: Sequence[Mapping[str, Any]],
    last: int | None = None,
    moment: float = float("inf"),
) -> None:
    """Do the actions again; up to and with record `last`, the action that this falls into is broken off there.

    So is the one that `moment` falls into: time may have passed in it after its last record.
    """
    begins = [action["time"] for action in actions]
    for action, following in zip(actions, [*begins[1:], float("inf")], strict=False):
        if last is not None and action["from"] > last:
            return
        end = action.get("until")
        is_cut = last is not None and (action.get("to", last + 2) > last + 1 or following > moment)
        if end is None and is_cut and action["verb"] not in _INSTANT:
            end = last
        try:
            if end is None:
                _do(cluster, action)
            else:
                _begin(cluster, action, end if last is None else min(end, last))
        except SimError:  # as the first time
            pass


def _do(cluster: Cluster, action: Mapping[str, Any]) -> None:
    match action["verb"]:
        case "apply":
            cluster.apply_sources([Source(*source) for source in action["sources"]])
        case "run":
            cluster.run(action["until_what"], timeout=action["timeout"])
        case "kubectl":
            with _folder(action["files"]) as folder:
                cluster.kubectl(action["argv"], stdin=bytes(from_json(action["stdin"])), folder=folder)
        case "inject":
            cluster.inject(Fault.from_plain(action["fault"]))
        case "reseed":
            cluster.reseed(action["seed"])
        case "advance":
            cluster.advance(action["moment"])


def _begin(cluster: Cluster, action: Mapping[str, Any], last: int) -> None:
    """As `_do`, but come back right after record `last`. A command that is under way then goes on by itself."""
    known = {key: value for key, value in action.items() if key not in ("verb", "time", "from", "to", "until")}
    with cluster.recording.action(action["verb"], cluster.now, **known, until=last):
        match action["verb"]:
            case "apply":
                cluster.begin_apply([Source(*source) for source in action["sources"]])
            case "kubectl":
                with _folder(action["files"]) as folder:
                    cluster.begin_kubectl(action["argv"], bytes(from_json(action["stdin"])), folder)
                    cluster.step_until(last)
        cluster.step_until(last)


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


@contextmanager
def _folder(files: Mapping[str, Any]) -> Iterator[Path]:
    """A folder with what the command read the first time."""
    with TemporaryDirectory(prefix="simk8s-") as name:
        for path, data in files.items():
            target = Path(name, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(bytes(from_json(data)))
        yield Path(name)
