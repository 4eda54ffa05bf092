"""A branch as a scenario: its inputs written down as steps, so that `simk8s run` does it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from simk8s.errors import SimError
from simk8s.kubectl.serial import as_yaml
from simk8s.machine.content import from_json
from simk8s.scenario import Runner, load
from simk8s.tui.run import Run


def save_scenario(run: Run, path: Path) -> bool:
    """Write a scenario file, with the manifests in a folder beside it. Whether running it gives the same history.

    Where it does not, the saved scenario strikes at the same instant, but not between the same two events of it.
    Raises SimError SK102 where it cannot be written, SK515 where the run cannot be told as steps.
    """
    if not run.inputs:
        raise SimError("SK515", "this trace does not say what its run was made of", hint="branch off a fresh run")
    files: dict[Path, str] = {}
    steps = list(_steps(run.inputs["actions"], run.end, path, files))
    scenario = _scenario(run, path.stem, steps)
    _write({path: as_yaml(scenario), **files})
    runner = Runner(load(path))
    for step, result in zip(steps, runner.steps(), strict=True):
        if result.ok:
            continue
        if result.output is not None:
            step["expect"] = {"status": result.output.status}
        elif result.outcome is not None:
            step["expect"] = {"settled": False}
    _write({path: as_yaml(scenario)})
    return [*runner.cluster.history.lines()][1:] == [*run.chronicle.lines()][1 : len(runner.cluster.history) + 1]


def _scenario(run: Run, name: str, steps: list[dict[str, Any]]) -> dict[str, Any]:
    said = dict(run.inputs["cluster"])
    if said.get("images"):
        raise SimError("SK515", "the run used images of its own, which a scenario cannot name")
    cluster = {"nodes": said["nodes"], "storage": said["storage"], "seed": int(str(said["replay"]).split(".")[1])}
    if said["addons"]:
        cluster["addons"] = list(said["addons"])
    if said["options"]:
        cluster["options"] = said["options"]
    narration = f"Branched off {run.parent.name} after record {run.since}: {run.deed}." if run.parent else ""
    about = {"name": name, "title": run.deed or name, **({"narration": narration} if narration else {})}
    return {"apiVersion": "simk8s/v1", "kind": "Scenario", "metadata": about, "cluster": cluster, "steps": steps}


def _steps(
    actions: Sequence[Mapping[str, Any]], end: float, path: Path, files: dict[Path, str]
) -> Iterator[dict[str, Any]]:
    times = [*(action["time"] for action in actions[1:]), end]
    for action, after in zip(actions, times, strict=True):
        is_cut = "until" in action
        match action["verb"]:
            case "apply":
                names = []
                for file, text in action["sources"]:
                    target = _free(path.parent / path.stem / Path(file).name, text, files)
                    files[target] = text
                    names.append(str(target.relative_to(path.parent)))
                yield {"apply": names}
            case "run" if is_cut:
                yield {"run": round(after - action["time"], 9) or 1e-6}
            case "run":
                until = action["until_what"] or "settled"
                timeout = action["timeout"]
                yield {"run": {"until": until, "timeout": timeout} if timeout else until}
            case "advance":
                yield {"run": round(action["moment"] - action["time"], 9) or 1e-6}
            case "inject":
                yield {"fault": action["fault"]}
            case "kubectl" if not is_cut:
                for file, data in action["files"].items():
                    files[path.parent / file] = bytes(from_json(data)).decode(errors="replace")
                stdin = bytes(from_json(action["stdin"])).decode(errors="replace")
                yield {"kubectl": shlex.join(action["argv"]), **({"stdin": stdin} if stdin else {})}
            case verb:
                raise SimError(
                    "SK515",
                    f"a scenario has no step for this: {verb}, cut off in the middle",
                    hint="branch off a moment at which no kubectl command is under way",
                )


def _free(target: Path, text: str, files: Mapping[Path, str]) -> Path:
    """The name, or one with a number where another manifest has it."""
    if target.suffix not in (".yaml", ".yml", ".json"):
        target = target.with_name(f"{target.name}.yaml")
    number = 1
    found = target
    while files.get(found, text) != text:
        number += 1
        found = target.with_name(f"{target.stem}-{number}{target.suffix}")
    return found


def _write(texts: Mapping[Path, str]) -> None:
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SimError("SK102", f"cannot write the scenario: {error.strerror}", hint="choose another file") from error
