"""Objects as text: YAML and JSON as kubectl writes them, keys in order."""

from __future__ import annotations

import json
import re
from typing import Any

from simk8s.api.composition import resolve


def as_json(value: Any, *, indent: int | None = 4) -> str:
    """JSON as Go writes it: `<`, `>` and `&` are escaped. `indent` None packs it into one line."""
    separators = (",", ": ") if indent else (",", ":")
    text = json.dumps(value, indent=indent, separators=separators, sort_keys=True, ensure_ascii=False)
    for character, escape in (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e")):
        text = text.replace(character, escape)
    return text


def as_yaml(value: Any) -> str:
    """YAML as kubectl prints it: texts of several lines as blocks, quotes only where they are needed."""
    import yaml

    base: Any = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper

    class Dumper(base):  # type: ignore[misc]
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: Any, data: str) -> Any:
        style = "|" if "\n" in data else '"' if _needs_quotes(data) else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    Dumper.add_representer(str, text)
    Dumper.add_representer(type(None), lambda dumper, data: dumper.represent_scalar("tag:yaml.org,2002:null", "null"))
    # every scalar is written with the tag that it reads back with, so that none is quoted a second time
    Dumper.yaml_implicit_resolvers = {}
    Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", _Word(bool), None)
    Dumper.add_implicit_resolver("tag:yaml.org,2002:int", _Word(int), None)
    Dumper.add_implicit_resolver("tag:yaml.org,2002:float", _Word(float), None)
    Dumper.add_implicit_resolver("tag:yaml.org,2002:null", _Word(type(None)), None)
    return str(yaml.dump(value, Dumper=Dumper, default_flow_style=False, allow_unicode=True, width=80))


_LOOKS_OTHERWISE = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}.*)?"  # a date
    r"|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"  # a number to the base of 60
)


def _needs_quotes(text: str) -> bool:
    return not isinstance(resolve(text), str) or bool(_LOOKS_OTHERWISE.fullmatch(text))


class _Word:
    """Stands where PyYAML expects a regular expression: matches plain texts that Go reads as that type."""

    def __init__(self, type_: type) -> None:
        self.type = type_

    def match(self, text: str) -> bool:
        return type(resolve(text)) is self.type
