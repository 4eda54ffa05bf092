"""The main screen: asking why, breaking things, comparing branches, kubectl; what opens over the panes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.worker import get_current_worker

from simk8s.cluster import Printed
from simk8s.errors import SimError
from simk8s.kubectl.serial import as_yaml
from simk8s.tui.breaking import choices
from simk8s.tui.comparing import compare_rows
from simk8s.tui.deed import Deed, Kubectl, typed
from simk8s.tui.desk import KINDS, TITLES
from simk8s.tui.dialog import Menu, Reader
from simk8s.tui.guide import help_rows
from simk8s.tui.home import Home
from simk8s.tui.jump import Jump
from simk8s.tui.language import _
from simk8s.tui.moving import Breakpoint
from simk8s.tui.panes.console import Printout
from simk8s.tui.picture import picture
from simk8s.tui.prompt import Prompt
from simk8s.tui.row import Row, row
from simk8s.tui.run import Run
from simk8s.tui.saving import save_scenario
from simk8s.tui.session import Bookmark
from simk8s.tui.travel import Travel


class MainScreen(Travel):
    """Everything that a person does with a run."""

    # Asking

    def action_describe(self) -> None:
        subject = self.session.focus.subject
        where = ["-n", subject.namespace] if subject.namespace else []
        command = Kubectl(("describe", subject.kind.lower(), subject.name, *where))
        self._in_background(command, lambda printed: self._read(str(command), printed.stdout + printed.stderr))

    def action_yaml(self) -> None:
        subject = self.session.focus.subject
        found = self.view.world.objects.get(subject.key)
        if found is None:
            self.notify(_("{what} is not there at this moment.").format(what=subject.title), severity="warning")
        else:
            self._read(subject.title, as_yaml(found))

    def _read(self, title: str, text: str) -> None:
        rows = [row(line, key=str(number), hang=2) for number, line in enumerate(text.splitlines())]
        self.app.push_screen(Reader(title, lambda width: rows, self.view))

    def action_kubectl(self) -> None:
        example = "get pods    scale statefulset mysql --replicas=5"
        self.query_one(Prompt).ask(":", self._kubectl, example=example)

    def _kubectl(self, text: str) -> None:
        try:
            self.act(typed(text))
        except SimError as error:
            self.notify(str(error), severity="warning", markup=False)

    # Breaking

    def action_break(self) -> None:
        script = self.pane("script")
        place = script.rows[script.cursor].key if self.active == "script" and script.rows else ""
        line = int(place.rpartition(":")[2]) if ":" in place else 0
        found = choices(self.view, line)
        if not found:
            self.notify(_("There is nothing here that could be broken at this moment."), severity="warning")
            return
        title = _("Break, at {time:.3f} s").format(time=self.session.run.time(self.session.focus.seq))
        menu = Menu(title, [(choice.text, choice) for choice in found])
        self.app.push_screen(menu, lambda choice: self.act(choice.fault, choice.seq) if choice is not None else None)

    def act(self, deed: Deed, seq: int | None = None) -> None:
        """Do it at the moment in focus or at a record, in the background; a branch that comes of it is shown."""
        self._in_background(deed, self._printed if isinstance(deed, Kubectl) else lambda printed: None, seq)

    def _in_background(self, deed: Deed, then: Callable[[Printed], None], seq: int | None = None) -> None:
        if self.working:
            self.notify(_("Still at work: {what}").format(what=self.working), severity="warning")
            return
        self.working = str(deed)
        self.update()
        session = self.session

        def work() -> None:
            worker = get_current_worker()
            try:
                branch, printed = session.act(deed, seq=seq)
            except SimError as error:
                self.app.call_from_thread(self._refused, error)
                return
            if not worker.is_cancelled:
                self.app.call_from_thread(self._done, deed, branch, printed, then)

        self.run_worker(work, thread=True, group="deeds", exit_on_error=True)

    def _refused(self, error: SimError) -> None:
        self.working = ""
        self.notify(str(error), severity="warning", markup=False, timeout=10)
        self.update()

    def _done(self, deed: Deed, branch: Run | None, printed: Printed | None, then: Callable[[Printed], None]) -> None:
        self.working = ""
        time = self.session.run.time(self.session.focus.seq)
        if branch is not None:
            self.session.add(branch)
            self.store.keep_session(self.session)
            said = _("{branch}: {deed}. What was before it is as it was; Backspace leads back.")
            self.notify(said.format(branch=branch.name, deed=deed), markup=False)
        if printed is not None:
            self.printed.append(Printout(str(deed), time, printed))
            then(printed)
        self.lay_out()

    def _printed(self, printed: Printed) -> None:
        self.open_drawer("console")

    # Branches

    def action_branches(self) -> None:
        items = [(self._called(run), run) for run in self.session.runs]
        self.app.push_screen(Menu(_("Branches"), items), self._branch_chosen)

    def _called(self, run: Run) -> str:
        mark = "▸" if run is self.session.run else " "
        if run.parent is None:
            return f"{mark} {run.name}"
        return f"{mark} {run.name}  {run.parent.name} @ {run.since_seconds:.3f} s  {run.deed}"

    def _branch_chosen(self, run: Run | None) -> None:
        if run is None:
            return
        items: list[tuple[str, Callable[[Run], None]]] = [(_("look at it"), self._show)]
        if run.parent is not None:
            items.append((_("compare it with what it branched off from"), self._compare))
            items.append((_("save it as a scenario"), self._ask_for_file))
        self.app.push_screen(Menu(run.name, items), lambda act: act(run) if act is not None else None)

    def _show(self, run: Run) -> None:
        self._when_made(run, lambda: self.session.show(run))

    def _when_made(self, run: Run, then: Callable[[], None]) -> None:
        """A branch of an earlier start is run again in the background first."""

        def ready() -> None:
            self.working = ""
            then()
            self.lay_out()

        def make() -> None:
            _ = run.chronicle
            self.app.call_from_thread(ready)

        if run.is_made:
            ready()
            return
        self.working = run.deed
        self.update()
        self.run_worker(make, thread=True, group="deeds")

    def _compare(self, run: Run) -> None:
        self._when_made(run, lambda: self.compare(run))

    def compare(self, run: Run) -> None:
        """A branch and its parent side by side; a line of the branch leads there."""
        parent = run.parent
        if parent is None:
            return
        title = _("{left} and {right}, side by side").format(left=parent.name, right=run.name)

        def go(seq: int | None) -> None:
            if seq is not None:
                self.session.show(run, seq)
                self.lay_out()

        self.app.push_screen(Reader(title, lambda width: compare_rows(parent, run, width), self.view), go)

    def _ask_for_file(self, run: Run) -> None:
        self._when_made(run, lambda: self._ask_name(run))

    def _ask_name(self, run: Run) -> None:
        self.query_one(Prompt).ask(_("save as"), lambda text: self._save_scenario(run, text), text=f"{run.name}.yaml")

    def _save_scenario(self, run: Run, text: str) -> None:
        path = Path(text)
        try:
            is_same = save_scenario(run, path if path.suffix in (".yaml", ".yml") else path.with_suffix(".yaml"))
        except SimError as error:
            self.notify(str(error), severity="warning", markup=False, timeout=10)
            return
        said = _("Saved. `simk8s run {file}` does it again.")
        if not is_same:
            said = _("Saved. `simk8s run {file}` strikes at the same instant, not between the same two events of it.")
        self.notify(said.format(file=text), markup=False, timeout=8)

    # Showing

    def action_places(self) -> None:
        marks: list[tuple[str, Bookmark | Breakpoint]] = [
            (f"⚑ {mark.run}: {mark.name}", mark) for mark in self.session.bookmarks
        ]
        marks += [(f"● {point}", point) for point in self.session.breakpoints]
        if not marks:
            self.notify(_("No bookmarks, no breakpoints: m and b set them."), timeout=3)
            return
        self.app.push_screen(Menu(_("Bookmarks and breakpoints"), marks), self._place_chosen)

    def _place_chosen(self, mark: Bookmark | Breakpoint | None) -> None:
        if isinstance(mark, Bookmark):
            run = self.session.run_named(mark.run)
            if run is not None:
                self._when_made(run, lambda: self.session.show(run, mark.seq))
                return
        elif mark is not None:
            self.session.toggle_breakpoint(mark)
            self.notify(_("No breakpoint at {point} any more.").format(point=mark), markup=False)
        self.lay_out()

    def action_jump(self) -> None:
        shown = [*self.shown, *([self.drawer] if self.drawer else [])]
        places = {kind: self.pane(kind).region for kind in shown}
        hidden = [kind for kind in KINDS if kind not in shown]
        places |= {kind: self.query_one(f"#tab-{kind}").region for kind in hidden}
        self.app.push_screen(Jump(places), self._jumped)

    def _jumped(self, kind: str | None) -> None:
        if kind is not None and kind in KINDS:
            self.action_pane(kind)
        elif kind is not None:
            self.pane(kind).focus()

    def action_help(self) -> None:
        kind = self.at_hand.kind
        rows: list[Row] = list(help_rows(kind, _(TITLES[kind]), in_lesson=bool(self.footer)))
        self.app.push_screen(Reader(_("Help"), lambda width: rows, self.view))

    def action_copy(self) -> None:
        self._copy(self.at_hand.line)

    def action_copy_all(self) -> None:
        self._copy(self.at_hand.text)

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)
        self.notify(_("Copied: {text}").format(text=text.strip().partition("\n")[0][:60]), markup=False, timeout=2)

    def action_save(self) -> None:
        """A picture of the screen, and the trace of this run, in the folder that the app was started in."""
        name = f"simk8s-{self.session.run.name}-{self.session.focus.seq}"
        try:
            Path(f"{name}.svg").write_text(picture(self.app), encoding="utf-8")
            self.session.run.chronicle.save(Path(f"simk8s-{self.session.run.name}.jsonl"))
        except (SimError, OSError) as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        self.notify(_("Saved: {names}").format(names=f"{name}.svg, simk8s-{self.session.run.name}.jsonl"), markup=False)

    def action_theme(self) -> None:
        from simk8s.tui.theme import NAMES

        self.app.theme = NAMES[(NAMES.index(self.app.theme) + 1) % len(NAMES)]

    def action_lessons(self) -> None:
        self.store.keep_session(self.session)
        self.app.push_screen(Home(self.store))

    def action_leave(self) -> None:
        self.store.keep_session(self.session)
        self.app.exit()
