"""Chains of causes that show themselves in a notebook: a picture and the words, or what is waited for."""

from __future__ import annotations

from typing import Any

from simk8s.causes import Chain, WhyNot
from simk8s.render.html import embedded, folded, framed, monospace


class ShownChain(Chain):
    """Why something became true."""

    __slots__ = ()

    def __str__(self) -> str:
        from simk8s.render.why import text

        return text(self).rstrip("\n")

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        from simk8s.render.why_picture import picture

        return framed(embedded(picture(self), self.goal), folded("in words", monospace(str(self))))


class ShownWhyNot(WhyNot):
    """What something waits for."""

    __slots__ = ()

    def __str__(self) -> str:
        from simk8s.render.why import refusal

        return refusal(self).rstrip("\n")

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return framed(monospace(str(self)))
