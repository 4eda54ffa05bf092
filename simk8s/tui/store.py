"""What is kept between runs of the app, in the person's state folder: how far lessons are, and where one looked."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import msgspec

from simk8s.tui.course import Progress
from simk8s.tui.focus import Focus, Subject
from simk8s.tui.moving import Breakpoint
from simk8s.tui.run import Run
from simk8s.tui.session import Bookmark, Session
from simk8s.world import Chronicle


class Store:
    """A folder. Without one nothing is kept. What cannot be read or written is as if it were not there."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    @classmethod
    def of_person(cls) -> Store:
        """$XDG_STATE_HOME/simk8s, by default ~/.local/state/simk8s."""
        home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        return cls(Path(home) / "simk8s")

    # Lessons

    def progress(self, lesson: str) -> Progress:
        """How far a lesson is."""
        said = self._read("lessons.json").get(lesson, {})
        try:
            return msgspec.convert(said, Progress)
        except msgspec.ValidationError:
            return Progress()

    def keep_progress(self, lesson: str, progress: Progress) -> None:
        known = self._read("lessons.json")
        self._write("lessons.json", {**known, lesson: asdict(progress)})

    def draft(self, lesson: str, name: str, text: str) -> Path:
        """The learner's own copy of a manifest; made from `text` where there is none yet."""
        if self.folder is None:
            self.folder = Path(mkdtemp(prefix="simk8s-"))
        path = self.folder / "drafts" / lesson / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return path

    # Sessions

    def keep_session(self, session: Session) -> Path | None:
        """Marks, branches and the focus, so that the next start goes on from here. Returns the file."""
        return self._write(_file_of(session.runs[0]), _plain(session))

    def restore_session(self, session: Session) -> None:
        """What was kept of a session of the same history, if anything was."""
        said = self._read(_file_of(session.runs[0]))
        try:
            _restore(session, said)
        except (KeyError, TypeError, ValueError):
            return

    def _read(self, name: str) -> dict[str, Any]:
        if self.folder is None:
            return {}
        try:
            found = msgspec.json.decode((self.folder / name).read_bytes())
        except (OSError, msgspec.DecodeError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, name: str, said: Mapping[str, Any]) -> Path | None:
        """The whole file or, where there is no room, the one from before."""
        if self.folder is None:
            return None
        path = self.folder / name
        partial = path.with_name(path.name + ".partial")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(msgspec.json.encode(said))
            partial.replace(path)
        except OSError:
            return None
        return path


def _file_of(root: Run) -> str:
    """Sessions go by the history that they look at."""
    records = root.records
    sample = msgspec.json.encode([len(records), *(records[n] for n in range(0, len(records), 97)), *records[-1:]])
    return f"sessions/{hashlib.sha256(sample).hexdigest()[:24]}.json"


def _plain(session: Session) -> dict[str, Any]:
    return {
        "run": session.run.name,
        "seq": session.focus.seq,
        "subject": [session.focus.subject.key, session.focus.subject.container],
        "bookmarks": [asdict(mark) for mark in session.bookmarks],
        "breakpoints": [asdict(point) for point in session.breakpoints],
        "branches": [
            {
                "name": run.name,
                "parent": run.parent.name,
                "since": run.since,
                "deed": run.deed,
                "time": run.since_seconds,
                "inputs": run.inputs,
            }
            for run in session.runs
            if run.parent is not None
        ],
    }


def _restore(session: Session, said: Mapping[str, Any]) -> None:
    for branch in said["branches"]:
        parent = session.run_named(branch["parent"])
        if parent is not None:
            session.runs.append(_again(branch, parent))
    session.bookmarks = [Bookmark(**mark) for mark in said["bookmarks"]]
    session.breakpoints = [Breakpoint(**point) for point in said["breakpoints"]]
    root = session.runs[0]
    if said["run"] == root.name:
        session.focus = Focus(min(max(said["seq"], 0), root.last), Subject(*said["subject"]))


def _again(branch: Mapping[str, Any], parent: Run) -> Run:
    """A branch whose inputs were kept; it is run again when somebody looks at it."""

    def chronicle() -> Chronicle:
        from simk8s.cluster import replayed

        return replayed(branch["inputs"]).history

    return Run(
        branch["name"],
        chronicle,
        parent=parent,
        since=branch["since"],
        deed=branch["deed"],
        since_seconds=branch["time"],
        inputs=branch["inputs"],
    )
