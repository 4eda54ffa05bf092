"""The language of the app: texts by gettext, from catalogues beside this file (`locale/<language>.po`)."""

from __future__ import annotations

import gettext
import io
import locale
import os
from importlib.resources import files

LANGUAGES = ("en", "zh")

_now: gettext.NullTranslations = gettext.NullTranslations()
_name = "en"


def use(language: str) -> None:
    """From now on every text is in this language, one of LANGUAGES."""
    global _now, _name
    _now, _name = _catalogue(language), language


def current() -> str:
    """The language in use."""
    return _name


def _(text: str) -> str:
    """A text of the app in the language in use. The English text is what it is called by."""
    return _now.gettext(text) if text else ""


def N_(text: str) -> str:
    """Marks a text that is translated later, when it is shown."""
    return text


def of_locale() -> str:
    """The language that the person's environment asks for, English where it is none of ours."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    wanted = named or (locale.getlocale()[0] or "")
    return "zh" if wanted.lower().startswith("zh") else "en"


def _catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue as gettext wants it, compiled in memory from the text that translators edit."""
    if language == "en":
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    text = (files("simk8s.tui") / "locale" / f"{language}.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(text), locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
