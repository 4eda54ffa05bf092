"""The program find: walks trees and lets an expression look at what it meets."""

from __future__ import annotations

from simk8s.machine import Directory, Process, Symlink, SyscallError
from simk8s.programs.files.find_condition import Found
from simk8s.programs.files.find_expression import Expression, Plan, Quit, Test, run_command
from simk8s.programs.files.path import join
from simk8s.programs.tool import complain, tool
from simk8s.sim import Run


@tool("find")
def find(process: Process) -> Run[int]:
    """Find files below some directories."""
    words = process.argv[1:]
    plan = Plan()
    while words and words[0] in ("-H", "-L", "-P"):
        plan.follow = words.pop(0) == "-L"
    starts = []
    while words and not words[0].startswith("-") and words[0] not in ("(", "!"):
        starts.append(words.pop(0))
    expression = Expression(process, words, plan)
    test = expression.parse() if words else expression.always
    if not plan.acts:
        test = expression.both(test, expression.print_test("\n"))
    try:
        for start in starts or ["."]:
            try:
                inode = process.stat(start, follow=plan.follow)
            except SyscallError as error:
                yield from complain(process, f"'{start}': {error.text}")
                plan.status = 1
                continue
            yield from _walk(process, plan, test, Found(start, inode, 0, start))
    except Quit:
        pass
    for command, paths in plan.collected:
        if paths and (yield from run_command(process, [*command, *paths])):
            plan.status = 1
    return plan.status


def _walk(process: Process, plan: Plan, test: Test, found: Found) -> Run[None]:
    if not plan.depth_first and (running := _looked(plan, test, found)):
        yield from running
    if isinstance(found.inode, Directory) and found.depth < plan.most and not found.pruned:
        try:
            entries = process.scan(found.path)
        except SyscallError as error:
            yield from complain(process, f"'{found.path}': {error.text}")
            plan.status = 1
            return
        above = join(found.path, "")
        below = Found("", found.inode, found.depth + 1, found.start)  # each of them in turn
        for name, inode in entries:
            path = above + name
            if plan.follow and type(inode) is Symlink:
                inode = process.find(path) or inode
            if plan.one_system and process.locate(path).mount is not process.locate(found.start).mount:
                continue
            below.path, below.inode, below.pruned = path, inode, False
            if isinstance(inode, Directory):
                yield from _walk(process, plan, test, below)
            elif below.depth >= plan.least:
                outcome = test(below)
                if outcome is not True and outcome is not False:
                    yield from outcome
    if plan.depth_first and (running := _looked(plan, test, found)):
        yield from running


def _looked(plan: Plan, test: Test, found: Found) -> Run[bool] | None:
    """Let the expression look at a file; what is still to be waited for, if anything."""
    outcome = test(found) if found.depth >= plan.least else True
    return None if isinstance(outcome, bool) else outcome
