"""Every key of the app, what it does, and how it is told: the one table behind bindings, footer, help and palette."""

from __future__ import annotations

from dataclasses import dataclass

from simk8s.tui.language import N_


@dataclass(frozen=True, slots=True)
class Command:
    """A key and its action. `label` is for the footer, `about` a sentence for the help, `group` its heading."""

    key: str
    action: str
    label: str
    about: str
    group: str

    @property
    def shown(self) -> str:
        """The key as a person reads it."""
        return NAMES.get(self.key, self.key)


NAMES = {
    "space": "Space",
    "plus": "+",
    "minus": "-",
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "full_stop": ".",
    "comma": ",",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "semicolon": ";",
    "backspace": "Backspace",
    "escape": "Esc",
    "dollar_sign": "$",
    "apostrophe": "'",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "tab": "Tab",
    "enter": "Enter",
    "ctrl+p": "Ctrl+P",
}

MOVING = N_("Moving in time")
PLAYING = N_("Playing and stopping")
ASKING = N_("Asking")
BREAKING = N_("Breaking")
SHOWING = N_("Showing")
LEARNING = N_("In a lesson")

COMMANDS = (
    Command("n", "event(1)", N_("next"), N_("To the next event."), MOVING),
    Command("p", "event(-1)", N_("previous"), N_("To the previous event."), MOVING),
    Command("N", "own_event(1)", N_("its next"), N_("To the next event of the object in focus."), MOVING),
    Command("P", "own_event(-1)", N_("its previous"), N_("To the previous event of the object in focus."), MOVING),
    Command("s", "command(1)", N_("step"), N_("One command of the script in focus forwards."), MOVING),
    Command("S", "command(-1)", N_("step back"), N_("One command of the script in focus backwards."), MOVING),
    Command("greater_than_sign", "change(1)", N_("change"), N_("To the object's next change of state."), MOVING),
    Command("less_than_sign", "change(-1)", N_("change back"), N_("To the object's previous change of state."), MOVING),
    Command("full_stop", "record(1)", N_("record"), N_("One single record of history forwards."), MOVING),
    Command("comma", "record(-1)", N_("record back"), N_("One single record of history backwards."), MOVING),
    Command("0", "start", N_("start"), N_("To the beginning."), MOVING),
    Command("G", "finish", N_("end"), N_("To the end."), MOVING),
    Command(
        "g",
        "go",
        N_("go to"),
        N_("Go to a time (90, 2m30s), a record (#1791), a condition (pod/mysql-1 Ready) or a text."),
        MOVING,
    ),
    Command(
        "slash",
        "find",
        N_("find"),
        N_("Find a text: events and logs show only what has it; n and p follow it."),
        MOVING,
    ),
    Command("backspace", "back", N_("back"), N_("Back to where the last jump came from."), MOVING),
    Command("space", "play", N_("play"), N_("Play and pause."), PLAYING),
    Command("plus", "speed(1)", N_("faster"), N_("Play faster."), PLAYING),
    Command("minus", "speed(-1)", N_("slower"), N_("Play more slowly."), PLAYING),
    Command(
        "b",
        "breakpoint",
        N_("breakpoint"),
        N_("Set or clear a breakpoint: on the line at the cursor of the script, elsewhere on a condition."),
        PLAYING,
    ),
    Command("r", "run(1)", N_("run on"), N_("Run on to the next breakpoint."), PLAYING),
    Command("R", "run(-1)", N_("run back"), N_("Run back to the previous breakpoint."), PLAYING),
    Command("m", "bookmark", N_("bookmark"), N_("Put a bookmark here, or take it away."), PLAYING),
    Command("apostrophe", "places", N_("places"), N_("List bookmarks and breakpoints, and jump to one."), PLAYING),
    Command("w", "why", N_("why"), N_("Why is it so? The chain of causes; each link is a jump."), ASKING),
    Command("d", "describe", N_("describe"), N_("Describe the object in focus, as kubectl does."), ASKING),
    Command("y", "yaml", N_("YAML"), N_("The object in focus as YAML."), ASKING),
    Command("l", "pane('logs')", N_("logs"), N_("What the container in focus has printed."), ASKING),
    Command(
        "colon",
        "kubectl",
        N_("kubectl"),
        N_("A kubectl command at the moment in focus; pods alone lists them."),
        ASKING,
    ),
    Command(
        "x",
        "break",
        N_("break"),
        N_("Break something here: a fault makes a branch, what was before it stays."),
        BREAKING,
    ),
    Command(
        "B",
        "branches",
        N_("branches"),
        N_("List branches: change to one, compare two, save one as a scenario."),
        BREAKING,
    ),
    Command("z", "zoom", N_("zoom"), N_("Let one pane have all the room, and back."), SHOWING),
    Command("semicolon", "jump", N_("jump"), N_("Jump mode: a letter over every pane."), SHOWING),
    Command("left_square_bracket", "scale(-1)", N_("wider"), N_("The timeline shows more time."), SHOWING),
    Command(
        "right_square_bracket",
        "scale(1)",
        N_("closer"),
        N_("The timeline shows less time, around the moment in focus."),
        SHOWING,
    ),
    Command("c", "copy", N_("copy"), N_("Copy the line at the cursor."), SHOWING),
    Command("C", "copy_all", N_("copy all"), N_("Copy everything in this pane."), SHOWING),
    Command("o", "save", N_("save"), N_("Save a picture of the screen, and the trace of this run."), SHOWING),
    Command("T", "theme", N_("theme"), N_("The next theme: dark, light, high contrast."), SHOWING),
    Command("L", "lessons", N_("lessons"), N_("To the lessons and scenarios."), SHOWING),
    Command("question_mark", "help", N_("help"), N_("What this pane shows, and all keys."), SHOWING),
    Command("q", "leave", N_("quit"), N_("Quit. Nothing is lost: the next start goes on from here."), SHOWING),
)

LESSON_COMMANDS = (
    Command("e", "go_on", N_("go on"), N_("Go on; give your prediction; let what you did be checked."), LEARNING),
    Command("h", "hint", N_("hint"), N_("A hint, up to three."), LEARNING),
    Command("H", "solution", N_("solution"), N_("Show what can be done or typed."), LEARNING),
    Command("U", "anew", N_("anew"), N_("Begin this step anew, in the lesson's own run."), LEARNING),
    Command("u", "step_back", N_("step before"), N_("Back to the step before."), LEARNING),
    Command("E", "edit", N_("edit"), N_("Edit the script that is to be mended."), LEARNING),
)

LESSON_FOOTER = ("go_on", "hint", "event(1)", "command(1)", "why", "break", "kubectl", "help")

COMMON_FOOTER = ("event(1)", "command(1)", "play", "why", "break", "kubectl", "help")
"""What the footer shows everywhere; one more is that of the pane."""

PANE_FOOTER = {
    "cluster": "describe",
    "timeline": "scale(1)",
    "script": "breakpoint",
    "files": "copy",
    "replication": "change(1)",
    "names": "yaml",
    "events": "find",
    "logs": "find",
}

BY_ACTION = {command.action: command for command in (*COMMANDS, *LESSON_COMMANDS)}
