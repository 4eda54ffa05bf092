"""`kubectl patch`: change some fields of an object."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from simk8s.api.composition import BrokenYaml, documents
from simk8s.api.errors import ApiError, bad_request
from simk8s.api.manifest import ManifestError, read
from simk8s.api.objects import Object, key, name
from simk8s.api.patch import Patch, PatchType
from simk8s.api.resources import Resource
from simk8s.api.scale import SCALE, scale_of, with_scale
from simk8s.kubectl import dry_run, files
from simk8s.kubectl.chosen import NOTHING_NAMED, Chosen, chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.output import OUTPUT, report
from simk8s.sim import Run

_TYPES: dict[str, PatchType] = {"json": "json", "merge": "merge", "strategic": "strategic"}
_SUBRESOURCES = ("scale", "status")

Answer = tuple[Resource, Object]


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    kind = arguments.text("type").lower()
    if kind not in _TYPES:
        raise Failure(f'--type must be one of [json merge strategic], not "{arguments["type"]}"')
    patch = Patch(_TYPES[kind], _body(context))
    subresource = arguments.text("subresource")
    if subresource and subresource not in _SUBRESOURCES:
        raise Failure(f'simk8s does not model the subresource "{subresource}"; it models: {", ".join(_SUBRESOURCES)}')
    objects, errors = yield from chosen(context, arguments.words, nothing=NOTHING_NAMED)
    for each in objects:
        each = replace(each, object=context.store.find(each.resource.kind, *key(each.object)[::-1]) or each.object)
        try:
            resource, obj = yield from _patch(context, each, patch, subresource)
        except (ApiError, Failure) as error:
            errors.append(error)
            continue
        is_new = dict(obj) != (scale_of(each.object, each.resource) if resource is SCALE else each.object)
        done = "patched" if is_new or context.dry_run.is_client else "patched (no change)"
        if arguments["output"]:
            report(context, resource, obj, done)
        else:
            context.out(f"{resource.prefix}/{name(obj)} {done}\n")  # no word of the dry run, as the real one
    complain(errors)
    return 0


def _body(context: Context) -> Any:
    """The patch as data; YAML is as good as JSON."""
    arguments = context.arguments
    text, path = arguments.text("patch"), arguments.text("patch-file")
    if text and path:
        raise Failure("cannot specify --patch and --patch-file together")
    if not text and not path:
        raise Failure("must specify --patch or --patch-file containing the contents of the patch")
    if path:
        try:
            text = read(path, context.stdin.decode(errors="replace"), context.access.folder)
        except ManifestError as error:
            raise Failure(f"unable to read patch file: open {path}: no such file or directory") from error
    if text.lstrip()[:1] in ("{", "["):
        return _json(text)
    try:
        found = list(documents(text, path or "patch"))
    except BrokenYaml as error:
        raise Failure(f'unable to parse "{text}": yaml: {error.problem}') from error
    return found[0].data if found else None


def _json(text: str) -> Any:
    """What begins as JSON goes to the server as it is, which complains if it is none."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()):
            raise bad_request("unexpected end of JSON input") from error
        where = "object key string" if "property name" in error.msg else "value"
        why = f"invalid character {text[error.pos]!r} looking for beginning of {where}"
        raise bad_request(why) from error


def _patch(context: Context, each: Chosen, patch: Patch, subresource: str) -> Run[Answer]:
    if subresource and subresource not in each.resource.subresources:
        raise ApiError("NotFound", 404, "the server could not find the requested resource")
    if subresource != "scale":
        status = subresource == "status"
        return each.resource, (yield from context.patch(each.resource, each.object, patch, status=status, strict=False))
    if patch.type == "strategic":
        patch = Patch("merge", patch.body)  # a Scale has no lists
    dry = context.dry_run
    if dry.is_client:
        return SCALE, patch.of(scale_of(each.object, each.resource), SCALE)
    yield from context.request()
    meta = each.object["metadata"]
    obj = context.store.patch(
        each.resource.kind,
        meta["name"],
        meta.get("namespace", ""),
        lambda latest: with_scale(latest, patch.of(scale_of(latest, each.resource), SCALE)),
        by=context.actor,
        dry_run=dry.is_server,
    )
    return SCALE, scale_of(obj, each.resource)


COMMAND = Command(
    "patch",
    "Change fields of an object by a strategic merge patch, a JSON merge patch, or a JSON patch.",
    "patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]",
    (
        *files.FLAGS,
        dry_run.FLAG,
        OUTPUT,
        Flag("patch", "string", "", "the patch as JSON or YAML", "p"),
        Flag("patch-file", "string", "", "a file with the patch"),
        Flag("subresource", "string", "", "scale or status: patch that instead"),
        Flag("type", "string", "strategic", "json, merge or strategic"),
    ),
    run,
    (
        ("Only the last Pod gets the new template", """kubectl patch sts mysql -p '{"spec":{"updateStrategy":\
{"rollingUpdate":{"partition":2}}}}'"""),
        ("The image, by a JSON patch", """kubectl patch sts mysql --type=json -p '[{"op":"replace",\
"path":"/spec/template/spec/containers/0/image","value":"mysql:5.7.44"}]'"""),
    ),
    not_modelled="allow-missing-template-keys field-manager k kustomize local show-managed-fields template",
)  # fmt: skip
