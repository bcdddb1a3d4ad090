"""Markdown that entrants and organisers write, made safe where it is shown."""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("em", "strong", "s", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}}
# A text stands inside a page that has its own h1 and h2.
_HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h5", "h6": "h5"}

_renderer = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(
    ["table", "strikethrough"]
)


def markdown(source: str) -> Markup:
    """Return `source` (CommonMark with tables) as HTML with an allow-list of tags and schemes."""
    tokens = _renderer.parse(source)
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
    html = _renderer.renderer.render(tokens, _renderer.options, {})
    return Markup(  # noqa: S704 - nh3 has just cleaned it
        nh3.clean(
            html,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            # A wide table scrolls inside itself, by keyboard too.
            set_tag_attribute_values={"table": {"tabindex": "0"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener nofollow ugc",
        )
    )
