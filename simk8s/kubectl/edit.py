"""`kubectl edit`: an object as text, changed by somebody, and what has changed sent back.

Nothing here opens an editor. The edited text comes from whoever calls kubectl (`Access.editor` is given the text that
would be opened), or from standard input: `kubectl get sts mysql -o yaml`, change it, `kubectl edit sts mysql < it`.
"""

from __future__ import annotations

import json
from typing import Any

from simk8s.api.composition import BrokenYaml, documents
from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, name
from simk8s.api.patch import two_way
from simk8s.kubectl import files
from simk8s.kubectl.apply import with_last_applied
from simk8s.kubectl.chosen import Chosen, chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.output import report
from simk8s.kubectl.selection import SELECTOR
from simk8s.kubectl.serial import as_json, as_yaml
from simk8s.sim import Run

HEAD = (
    "# Please edit the object below. Lines beginning with a '#' will be ignored,\n"
    "# and an empty file will abort the edit. If an error occurs while saving this file will be\n"
    "# reopened with the relevant failures.\n"
    "#\n"
)


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    if arguments["output"] not in ("", "json", "yaml"):
        raise Failure(
            f'unable to match a printer suitable for the output format "{arguments["output"]}", '
            "allowed formats are: json,yaml"
        )
    if arguments.text("subresource") not in ("", "status"):
        raise Failure(f'simk8s does not model the subresource "{arguments["subresource"]}"; it models: status')
    objects, errors = yield from chosen(context, arguments.words, type_alone=True)
    complain(errors)
    if not objects:
        raise Failure("edit cancelled, no objects found")
    if len(objects) > 1:
        raise Failure(f"simk8s does not model the editing of several objects at once, and these are {len(objects)}")
    yield from _edit(context, objects[0])
    return 0


def _edit(context: Context, each: Chosen) -> Run[None]:
    as_text = as_json if context.arguments["output"] == "json" else as_yaml
    before = as_text(each.object)
    after = _edited(context, HEAD + before)
    if _without_comments(after) == before or not _without_comments(after).strip():
        cancelled = "no changes made" if after.strip() else "saved file was empty"
        context.err(f"Edit cancelled, {cancelled}.\n")
        return
    obj = _read(after, each)
    if any(obj.get(field) != each.object.get(field) for field in ("apiVersion", "kind")) or name(obj) != name(
        each.object
    ):
        raise Failure("At least one of apiVersion, kind and name was changed")
    if context.arguments["save-config"]:
        obj = with_last_applied(obj)
    patch = two_way(each.object, obj, each.resource)
    if not patch.body:
        context.err("Edit cancelled, no changes made.\n")
        return
    status = bool(context.arguments["subresource"])
    try:
        new = yield from context.patch(each.resource, each.object, patch, status=status)
    except ApiError as error:
        raise _refused(error, each) from error
    context.out(f"{each.shown} edited\n") if not context.arguments["output"] else report(
        context, each.resource, new, ""
    )


def _edited(context: Context, text: str) -> str:
    if context.access.editor is not None:
        return context.access.editor(text)
    if not context.stdin:
        raise Failure(
            "simk8s has no editor: give the edited object on standard input, as in "
            "`kubectl get TYPE NAME -o yaml > object.yaml`, then `kubectl edit TYPE NAME < object.yaml`"
        )
    return context.stdin.decode(errors="replace")


def _without_comments(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


def _read(text: str, each: Chosen) -> Object:
    """The edited object. Raises Failure."""
    try:
        found: list[Any] = [json.loads(text)] if text.lstrip().startswith("{") else _data(text)
        if len(found) == 1 and isinstance(found[0], dict):
            return found[0]
        why = "invalid object to validate"
    except BrokenYaml as error:
        why = f"yaml: {error.problem}"
    except json.JSONDecodeError as error:
        why = str(error)
    raise _invalid(each, [f'<nil>: Invalid value: "The edited file failed validation": {why}'])


def _data(text: str) -> list[Any]:
    return [document.data for document in documents(text, "edit")]


def _refused(error: ApiError, each: Chosen) -> Failure:
    if error.reason == "Invalid" and error.details.get("kind"):
        return _invalid(each, [str(cause) for cause in error.causes])
    return Failure(f'{each.resource.qualified} "{name(each.object)}" could not be patched: {error.message}')


def _invalid(each: Chosen, causes: list[str]) -> Failure:
    """The real one opens its editor once more, with the causes at the head of the text."""
    told = "".join(f"* {cause}\n" for cause in causes)
    message = f'error: {each.resource.qualified} "{name(each.object)}" is invalid\n{told}'
    return Failure(f"{message}error: Edit cancelled, no valid changes were saved.", bare=True)


COMMAND = Command(
    "edit",
    "Change an object as text. There is no editor here: the edited text comes on standard input.",
    "edit (TYPE NAME | -f FILENAME)",
    (
        *files.FLAGS,
        SELECTOR,
        Flag("output", "string", "", "yaml or json: the form of the text", "o"),
        Flag("save-config", "bool", False, "remember what was written, for a later `kubectl apply`"),
        Flag("subresource", "string", "", "status: edit that instead"),
        Flag("validate", "string", "strict", "fields that are not known are always refused here", alone="strict"),
    ),
    run,
    (("With the edited object in a file", "kubectl edit statefulset mysql < edited.yaml"),),
    not_modelled=(
        "allow-missing-template-keys field-manager k kustomize output-patch show-managed-fields template "
        "windows-line-endings"
    ),
)
