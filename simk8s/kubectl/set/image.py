"""`kubectl set image`: other images for containers."""

from __future__ import annotations

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, containers
from simk8s.kubectl import chosen as choice
from simk8s.kubectl import dry_run, files
from simk8s.kubectl.chosen import chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.output import OUTPUT
from simk8s.kubectl.selection import SELECTOR, targets
from simk8s.kubectl.set.template import change, pod_spec_of
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    words = [word for word in arguments.words if "=" not in word]
    images = dict(word.split("=", 1) for word in arguments.words if "=" in word)
    if not words and not arguments["filename"] and not images:
        raise Failure(choice.NOTHING_NAMED)
    if not images:
        targets(words, context.access.registry)  # a container without an image looks like one more object
        raise Failure("at least one image update is required")
    if "*" in images and len(images) > 1:
        raise Failure(
            "all containers are already specified by *, but saw more than one container_name=container_image pairs"
        )
    objects, errors = yield from chosen(context, words)
    for each in objects:
        try:
            spec, _ = pod_spec_of(each)
            names = [container["name"] for container in containers(spec)]
            errors += [
                Failure(f'unable to find container named "{wanted}"')
                for wanted in images
                if wanted not in (*names, "*")
            ]
            if any(wanted in (*names, "*") for wanted in images):
                yield from change(context, each, lambda spec: _with_images(spec, images), "image updated")
        except (ApiError, Failure) as error:
            errors.append(error)
    complain(errors)
    return 0


def _with_images(spec: Object, images: dict[str, str]) -> Object:
    new = dict(spec)
    for field in ("initContainers", "containers"):
        if field in spec:
            new[field] = [
                {**entry, "image": images.get(entry["name"], images.get("*", entry.get("image")))}
                for entry in spec[field]
            ]
    return new


COMMAND = Command(
    "set image",
    "Give containers of a template or a Pod other images.",
    "set image (-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ...",
    (*files.FLAGS, SELECTOR, choice.ALL, dry_run.FLAG, OUTPUT),
    run,
    (
        ("A new release of the server", "kubectl set image statefulset/mysql mysql=mysql:5.7.44"),
        ("Of all containers", "kubectl set image statefulset/web '*=nginx:1.25'"),
    ),
    not_modelled="allow-missing-template-keys field-manager k kustomize local show-managed-fields template",
)
