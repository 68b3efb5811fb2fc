"""Source text with its syntax marked, and Markdown as HTML; both are safe to put into a page."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# Some of Pygments' expressions take long on long input, and a page has to be there at once.
_LONGEST = 128 * 1024
_LONGEST_LINE = 2000


def lines(text: str, name: str) -> list[Markup]:
    """A file's lines with their syntax marked; as they are where nobody knows the language, or the text is long.

    Args:
        text: the file's content.
        name: the file's name, which tells the language.
    """
    plain = split(text)
    if len(text) > _LONGEST or any(len(line) > _LONGEST_LINE for line in plain):
        return [escape(line) for line in plain]
    # Pygments is loaded when it is first needed: a server at rest is smaller without it.
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_for_filename
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_for_filename(name, stripnl=False)
    except ClassNotFound:
        return [escape(line) for line in plain]
    marked = split(highlight("\n".join(plain), lexer, HtmlFormatter(nowrap=True)))
    return [Markup(line) for line in marked] if len(marked) == len(plain) else [escape(line) for line in plain]  # noqa: S704  Pygments escapes


def split(text: str) -> list[str]:
    """The lines as git counts them: only a line feed ends one."""
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []


def markdown(text: str, folder: str = "") -> Markup:
    """Markdown as HTML: HTML in it is shown, not taken, and links that would run something are none.

    Args:
        text: the Markdown.
        folder: the address of the folder that relative links start from; without it they stay as they are.
    """
    tokens = _markdown().parse(text)
    for part in (child for token in tokens for child in token.children or ()):
        target = part.attrGet("href")
        if folder and isinstance(target, str) and _is_relative(target):
            part.attrSet("href", f"{quote(folder)}/{target.removeprefix('./')}")
    return Markup(_markdown().renderer.render(tokens, _markdown().options, {}))  # noqa: S704  made with html off


def activity(text: str) -> Markup:
    """What the server wrote down of somebody's doing, as HTML: Markdown, but for the list of commits in it."""
    for tag, mark in (("<ul>", ""), ("<li>", "\n- "), ("</li>", ""), ("</ul>", "\n")):
        text = text.replace(tag, mark)
    return markdown(text)


def _is_relative(target: str) -> bool:
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc and bool(parts.path) and not target.startswith("/")


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
