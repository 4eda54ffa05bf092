"""Elements out of text that nobody has checked."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from simk8s.render.html import element, embedded, monospace, rows_table
from simk8s.render.printed import outcome_html, printed_html


class Seen(HTMLParser):
    """The tags and the text that a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"))


@given(ANY_TEXT)
def test_any_text_stays_text(text: str) -> None:
    seen = Seen(element("p", text, style=text, title=text))
    assert (seen.tags, seen.text) == (["p"], text)


@given(ANY_TEXT, ANY_TEXT, st.integers(0, 255))
def test_nothing_that_a_program_prints_becomes_markup(stdout: str, stderr: str, status: int) -> None:
    assert set(Seen(printed_html(stdout, stderr, status)).tags) <= {"div", "pre", "span"}
    assert set(Seen(outcome_html(stdout, reached=False)).tags) <= {"div", "pre", "b"}


def test_a_status_other_than_zero_is_said_in_words() -> None:
    assert "exit status 3" in Seen(printed_html("", "no\n", 3)).text
    assert "exit status" not in Seen(printed_html("yes\n", "", 0)).text


def test_cells_of_a_table_are_escaped_once() -> None:
    page = rows_table(("a",), [("<b>",), (element("b", "!"),)])
    assert page.count("&lt;b&gt;") == 1 and page.count("<b>!</b>") == 1


def test_an_embedded_picture_keeps_its_style_sheet_to_itself() -> None:
    page = embedded("<svg><style>text { fill: red }</style></svg>", 'why "this"')
    assert Seen(page).tags == ["img"] and "fill" not in page


def test_the_page_decides_about_colours_of_text() -> None:
    """Readable on light and on dark."""
    assert "color:inherit" in monospace("x") and "background:transparent" in monospace("x")
