"""What lower floors tell in English, in the language of the app: lines of the timeline, and links of chains.

Each is a template whose gaps are filled with names. What fits none stays English: kubectl's own words, and errors.
"""

from __future__ import annotations

import re
from functools import cache

from simk8s.tui.language import N_, _, current

_GAP = re.compile(r"\{(\w+)\}")

TEMPLATES = (
    # the timeline (simk8s/render)
    N_("{what} created, {count} replicas wanted"),
    N_("{what} scaled from {before} to {after}"),
    N_("{what} complete, {count} of {all} replicas ready"),
    N_("{what} bound to a volume of {size}"),
    N_("{what} is to be deleted"),
    N_("{what} is to end within {seconds} s"),
    N_("{what} scheduled to {node}"),
    N_("{what} is not ready"),
    N_("{what} is ready"),
    N_("{what} no longer ready"),
    N_("{what} ready, {count}"),
    N_("{what} succeeded"),
    N_("{what} failed"),
    N_("{pod} init container {name} ({step}) started again, restart {count}"),
    N_("{pod} init container {name} ({step}) started"),
    N_("{pod} init container {name} ({step}) done"),
    N_("{pod} init container {name} ({step}) killed (status 137)"),
    N_("{pod} init container {name} ({step}) stopped by SIGTERM (status 143)"),
    N_("{pod} init container {name} ({step}) ended with status {status}"),
    N_("{pod} init container {name} ({step}) waits: {reason}"),
    N_("{pod} container {name} started again, restart {count}"),
    N_("{pod} container {name} started"),
    N_("{pod} container {name} done"),
    N_("{pod} container {name} killed (status 137)"),
    N_("{pod} container {name} stopped by SIGTERM (status 143)"),
    N_("{pod} container {name} ended with status {status}"),
    N_("{pod} container {name} waits: {reason}"),
    N_("{pod} image {image} pulled"),
    N_("{pod} volume attached"),
    N_("node {node} loses its power"),
    N_("node {node} boots"),
    N_("the kubelet of {node} starts again"),
    N_("{where}: {what} is not modelled by simk8s"),
    N_("data directory initialised"),
    N_("mysqld serves on port {port}"),
    N_("a temporary mysqld is up, without network"),
    N_("mysqld has stopped"),
    N_("wrote {what} at {position}"),
    N_("wrote {what}"),
    N_("replicated {what}"),
    N_("a backup of this server is being streamed"),
    N_("the backup is complete"),
    N_("the copied data is prepared"),
    N_("replicates from {host}, from {position} on"),
    N_("replication from {host}: IO {io}, SQL {sql}"),
    N_("{what} created"),
    N_("{what} deleted"),
    N_("{what} changed"),
    N_("{what} gone"),
    # chains of causes (simk8s/causes)
    N_("provisions a volume for {what} and binds it"),
    N_("binds {what} to a volume"),
    N_("publishes the endpoints of {what}"),
    N_("scales {what} from {before} to {after} replicas"),
    N_("creates {what}"),
    N_("changes {what}"),
    N_("updates {what}"),
    N_("deletes {what}"),
    N_("removes {what}"),
    N_("schedules {what} to {node}"),
    N_("reports {what} Ready"),
    N_("sees that {what} is done"),
    N_("sees that {what} was killed"),
    N_("sees that {what} ended with status {status}"),
    N_("container stop {what}"),
    N_("volume unmount {what}"),
    N_("sandbox remove {what}"),
    N_("mounts the volumes of {what}, makes its sandbox"),
    N_("pulls {image}"),
    N_("starts container {name} of {what}"),
    N_("{kind} probe of {name} succeeds"),
    N_("{kind} probe of {name} fails"),
    N_("makes the directory of a subPath"),
    N_("xtrabackup streams a backup of this server: {part}"),
    N_("xtrabackup streams a backup of this server"),
    N_("xtrabackup prepares the copy: {part}"),
    N_("xtrabackup prepares the copy"),
    N_("tries again, and connects to {where}, port {port}"),
    N_("tries again, and connects to {where}"),
    N_("connects to {where}, port {port}"),
    N_("replicates from {host}"),
    N_("{program} listens on port {port}"),
    N_("asks again for {name}, and gets an address"),
    N_("mysqld initialises its data directory"),
    N_("a temporary mysqld starts"),
    N_("a temporary mysqld answers"),
    N_("a temporary mysqld stops"),
    N_("mysqld starts"),
    N_("mysqld answers"),
    N_("mysqld stops"),
    N_("is asked to run {command}"),
    N_("waits for its {kind} probe (first after {delay} s, then every {period} s)"),
    N_("waits for its {kind} probe (every {period} s)"),
    N_("{kind} probe: {command}"),
    N_("runs its script"),
    N_("runs {script}"),
)


PARTS = (
    N_("connects, looks at the server"),
    N_("copies InnoDB files"),
    N_("copies the rest under a lock"),
    N_("finds the redo log"),
    N_("applies the redo log"),
    N_("makes new log files"),
    N_("shuts down"),
)
"""What can stand in a gap and is no name."""


def told(text: str) -> str:
    """The text in the language of the app."""
    if current() == "en":
        return text
    found = template_of(text)
    if found is None:
        return text
    template, gaps = found
    return _(template).format(**{name: _(gap) for name, gap in gaps.items()})


def template_of(text: str) -> tuple[str, dict[str, str]] | None:
    """The template that a text fits, and what fills its gaps; None for a text of none."""
    for template, pattern in _patterns():
        match = pattern.fullmatch(text)
        if match is not None:
            return template, match.groupdict()
    return None


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(template, re.compile(_pattern(template), re.DOTALL)) for template in TEMPLATES]


def _pattern(template: str) -> str:
    """Names have no blanks in them, except at the end, where a gap takes the rest."""
    parts = _GAP.split(template)
    last = len(parts) - 2
    return "".join(
        re.escape(part) if place % 2 == 0 else f"(?P<{part}>{'.+' if place == last and not parts[-1] else '.+?'})"
        for place, part in enumerate(parts)
    )
