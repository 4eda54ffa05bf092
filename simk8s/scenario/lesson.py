"""Lessons: a scenario to look at, and steps that tell, ask, and set tasks. Data in YAML; a face plays them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from simk8s.api.composition import documents
from simk8s.errors import Place, SimError
from simk8s.scenario import loading
from simk8s.scenario.document import in_language

API_VERSION = "simk8s/v1"

Text = str | dict[str, str]
"""A text in English, or texts by language."""


class _Data(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Frozen, and strict about fields."""


class Command(_Data, frozen=True):
    """A moment in a script: a command of this container that has this text in it, the `time`-th one."""

    container: str
    command: str
    time: int = 1


class Choice(_Data, frozen=True):
    """An answer that can be given. `because` is said when it was."""

    text: Text
    because: Text
    right: bool = False


class Check(_Data, frozen=True):
    """What must be so. Everything that is given is looked at: at the run that the learner has made and looks at.

    `deed` is a regular expression for what was done; `story` are texts that the timeline must have after that, `never`
    those that it must not have; `conditions` hold at the end, `replicates` says of servers whether both their
    replication threads run at the end. `last_command` is a regular expression for what a container ran last before
    the fault; `command` one for the command in focus. `survives` names a container: a crash at any of its commands
    leaves no hole in the learner's manifest.
    """

    deed: str = ""
    story: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    replicates: dict[str, bool] = {}
    last_command: Command | None = None
    command: Command | None = None
    survives: str = ""


class Mistake(_Data, frozen=True):
    """A mistake that can be foreseen, and what to say of it."""

    check: Check
    say: Text


class Step(_Data, frozen=True):
    """One step. It tells `say`; with `choices` it asks, with `task` it wants something done.

    The focus goes to `at` (as typed at `g`, or a command) and `subject` (`pod/web-0`, `mysql-1/xtrabackup`), and `pane`
    is shown. `root` leads back to the run that the lesson began with. `solution` is what can be typed.
    """

    say: Text
    at: str | Command = ""
    subject: str = ""
    pane: str = ""
    root: bool = False
    choices: tuple[Choice, ...] = ()
    task: Check | None = None
    mistakes: tuple[Mistake, ...] = ()
    hints: tuple[Text, ...] = ()
    solution: str = ""


class Lesson(_Data, frozen=True):
    """A lesson. `scenario` is the file whose run it looks at, relative to its own.

    `edit` is a manifest to be mended, `manifests` are those that belong to it and stay as they are.
    """

    name: str
    title: Text
    scenario: str
    steps: tuple[Step, ...]
    edit: str = ""
    manifests: tuple[str, ...] = ()
    folder: str = "."

    @property
    def scenario_path(self) -> Path:
        return Path(self.folder, self.scenario)

    def beside(self, name: str) -> Path:
        """A file that the lesson names, as it can be read."""
        return Path(self.folder, name)

    def titled(self, language: str) -> str:
        return in_language(self.title, language)


def load(path: str | Path) -> Lesson:
    """The lesson in a file. Raises SimError SK1xx (not readable, not YAML) or SK502 (not a lesson)."""
    text = loading.read(str(path))
    found = list(documents(text, str(path)))
    data: Any = found[0].data if len(found) == 1 else None
    if not isinstance(data, dict) or (data.get("apiVersion"), data.get("kind")) != (API_VERSION, "Lesson"):
        raise SimError("SK502", "this is not a lesson", place=Place(str(path), 1), hint="it begins with `kind: Lesson`")
    said = {key: value for key, value in data.items() if key not in ("apiVersion", "kind")}
    try:
        return msgspec.convert({**said, "folder": str(Path(path).parent)}, Lesson)
    except msgspec.ValidationError as error:
        raise SimError(
            "SK502", f"in the lesson: {error}", place=Place(str(path)), hint="docs/tui.md has an example"
        ) from error


def is_lesson(path: str | Path) -> bool:
    """Whether a file says that it is a lesson. False for anything that cannot be read."""
    try:
        return any(line.strip() == "kind: Lesson" for line in loading.read(str(path)).splitlines()[:5])
    except SimError:
        return False


def lessons() -> list[Path]:
    """The lessons that come with simk8s, in their order."""
    folder = loading.folder() / "walkthroughs"
    return sorted(path for path in folder.glob("*.yaml") if is_lesson(path)) if folder.is_dir() else []
