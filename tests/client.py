"""A test client that is as strict as a validator and as patient as a browser.

Every HTML answer is parsed, so that no test can pass on a page that is broken; forms are found in
the page and sent as a browser would send them, hidden fields and all.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextvars import Context
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from html5lib.html5parser import ParseError
from typing_extensions import override
from werkzeug.test import TestResponse

from app.accounts.models import User
from tests.database import settle


class File(NamedTuple):
    """A file that a person chooses in a form."""

    content: bytes
    name: str
    mimetype: str = "application/octet-stream"


Value = str | bool | File | list[str] | list[File]
"""What a person puts into a field: words, a tick, one of the choices, or files."""


class Client(FlaskClient):
    """Requests as one person's browser would send them, one cookie jar each."""

    @override
    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        settle(self.application)
        # Read to its end and closed, as a server does; a test may ask for the stream instead.
        kwargs.setdefault("buffered", True)
        # A fresh context: a request must not see the application context that a test stands in.
        response = Context().run(super().open, *args, **kwargs)
        if (
            response.mimetype == "text/html"
            and response.data
            and not 300 <= response.status_code < 400
        ):
            check_html(response.text, response.request.path)
        return response

    def sign_in(self, user: User) -> None:
        """Be this person from now on, without the form: argon2 is slow on purpose."""
        settle(self.application)
        with self.session_transaction() as cookie:
            cookie.update(_user_id=user.fs_uniquifier, _fresh=True, fs_cc="set")

    def sign_out(self) -> None:
        """Be nobody from now on."""
        with self.session_transaction() as cookie:
            cookie.clear()

    def page(self, url: str, status: int = 200) -> str:
        """GET a page that must answer with `status`, and return its HTML."""
        response = self.get(url)
        assert response.status_code == status, f"GET {url}: {response.status}"
        return response.text

    def follow(self, response: TestResponse) -> TestResponse:
        """Follow the redirect that a successful form answers with."""
        assert response.status_code in {302, 303}, f"no redirect but {response.status}"
        return self.get(local(response.headers["Location"]))

    def submit(
        self, url: str, fields: Mapping[str, Value] | None = None, *, press: str | None = None
    ) -> TestResponse:
        """GET the page at `url`, fill in its form that has these fields, and send it.

        `press` is the text of the button, where a form has several or a page several forms.
        The answer comes as it is: a redirect where the form was accepted.
        """
        form = find_form(self.page(url), set(fields or ()), press)
        return self.send(url, form, fields or {}, press=press)

    def send(
        self, url: str, form: "Form", fields: Mapping[str, Value], *, press: str | None = None
    ) -> TestResponse:
        """Fill in a form that was found at `url` earlier, perhaps long ago, and send it."""
        data = form.filled(fields, press)
        target = local(urljoin(f"http://x{url}", form.target(press)))
        if form.method(press) == "get":
            return self.get(target, query_string=data)
        return self.post(target, data=data)


def local(url: str) -> str:
    """Return the path and query of an address of ours."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


# --- what every page must be ------------------------------------------------------------------


def check_html(text: str, where: str) -> None:
    """Fail unless `text` is a valid page: parsed, titled, one h1, unique ids, nothing inline."""
    faults = list(_faults(text))
    assert not faults, f"{where}: {'; '.join(faults)}"


def _faults(text: str) -> Iterator[str]:
    whole = text.lstrip()[:9].lower() == "<!doctype"
    try:
        page = parse(text, whole=whole)
    except ParseError as error:
        yield f"bad HTML: {error}"
        return
    if whole:
        yield from _document_faults(page)
    ids = Counter(element.get("id") for element in elements(page) if element.get("id") is not None)
    yield from (
        f"the id {name!r} appears {count} times" for name, count in ids.items() if count > 1
    )
    for element in elements(page):
        yield from _element_faults(element)


def _document_faults(page: Element) -> Iterator[str]:
    title = page.find("head/title")
    if title is None or not words(title):
        yield "no title"
    if not page.get("lang"):
        yield "no language"
    if (count := len(page.findall(".//h1"))) != 1:
        yield f"{count} h1 instead of one"


def _element_faults(element: Element) -> Iterator[str]:
    if element.tag == "style" or (element.tag == "script" and not element.get("src")):
        yield f"an inline <{element.tag}>"
    if element.tag == "img" and element.get("alt") is None:
        yield f"an image without alt: {element.get('src')}"
    for name, value in element.items():
        if name == "style" or name.startswith("on"):
            yield f"an inline {name} on <{element.tag}>"
        if name in {"href", "src", "action", "formaction"} and value.startswith("javascript:"):
            yield f"a script in the {name} of <{element.tag}>"


def parse(text: str, *, whole: bool = True) -> Element:
    """Parse HTML as a browser does, but raise ParseError where a browser would guess."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    parsed: Element = parser.parse(text) if whole else parser.parseFragment(text)
    return parsed


def elements(page: Element) -> Iterator[Element]:
    """Walk the elements, without the comments."""
    return (element for element in page.iter() if isinstance(element.tag, str))


def words(element: Element) -> str:
    """Return an element's text as a person reads it."""
    return " ".join("".join(element.itertext()).split())


# --- forms ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """A form as it stands in a page, with the controls that belong to it."""

    element: Element
    controls: list[Element]

    @property
    def names(self) -> set[str]:
        """The names that can be sent, whether or not they have a value yet."""
        return {control.get("name", "") for control in self.controls} - {""}

    def button(self, text: str | None) -> Element | None:
        """Return the button of that text, or the one that Enter would press."""
        buttons = [control for control in self.controls if _is_button(control)]
        if text is not None:
            buttons = [button for button in buttons if text in (words(button), button.get("value"))]
        return buttons[0] if buttons else None

    def target(self, press: str | None) -> str:
        """Return the address that the form is sent to."""
        return self._attribute("action", press) or ""

    def method(self, press: str | None) -> str:
        """Return `get` or `post`."""
        return (self._attribute("method", press) or "get").lower()

    def _attribute(self, name: str, press: str | None) -> str | None:
        button = self.button(press)
        override = button.get(f"form{name}") if button is not None else None
        return override if override is not None else self.element.get(name)

    def filled(self, fields: Mapping[str, Value], press: str | None) -> dict[str, list[Any]]:
        """Return what a browser would send once these fields were filled in."""
        sent: dict[str, list[Any]] = {}
        for control in self.controls:
            name = control.get("name")
            if name and name not in fields and not _is_button(control):
                sent.setdefault(name, []).extend(_value(control))
        for name, value in fields.items():
            sent[name] = self._chosen(name, value)
        button = self.button(press)
        if button is not None and (name := button.get("name")):
            sent[name] = [button.get("value", "")]
        return {name: values for name, values in sent.items() if values}

    def _chosen(self, name: str, value: Value) -> list[Any]:
        choices = self._choices(name)
        if isinstance(value, bool):
            assert len(choices) == 1, f"{name} is no single checkbox"
            return choices if value else []
        values = value if isinstance(value, list) else [value]
        unknown = [one for one in values if choices and one not in choices]
        assert not unknown, f"{name} offers {choices}, not {unknown}"
        return [
            (BytesIO(one.content), one.name, one.mimetype) if isinstance(one, File) else one
            for one in values
        ]

    def _choices(self, name: str) -> list[str]:
        """Return what a field of boxes or a list offers; nothing for a field of free text."""
        found: list[str] = []
        for control in self.controls:
            if control.get("name") != name:
                continue
            if control.get("type") in {"radio", "checkbox"}:
                found.append(control.get("value", "on"))
            found.extend(_option(option) for option in control.iter("option"))
        return found


def forms(text: str) -> list[Form]:
    """Return the forms of a page."""
    page = parse(text)
    return [_form(page, element) for element in page.iter("form")]


def find_form(text: str, names: set[str], press: str | None = None) -> Form:
    """Return the page's only form with all these fields (and that button)."""
    everywhere = forms(text)
    found = [
        form
        for form in everywhere
        if names <= form.names and (press is None or form.button(press) is not None)
    ]
    if len(found) > 1 and press is None:
        # The search box and the sign-out button are on every page; a post with fields is not.
        found = [
            form for form in found if form.method(None) == "post" and form.names - {"csrf_token"}
        ]
    listing = [(form.target(None), sorted(form.names)) for form in everywhere]
    assert len(found) == 1, f"{len(found)} forms with {sorted(names)} and {press!r} in {listing}"
    return found[0]


def _is_filled_in(form: Form) -> bool:
    return form.method(None) == "post" and bool(form.names - {"csrf_token"})


def _form(page: Element, form: Element) -> Form:
    inside = set(form.iter())
    owner = form.get("id")
    return Form(form, [c for c in elements(page) if _belongs(c, inside, owner)])


def _belongs(control: Element, inside: set[Element], owner: str | None) -> bool:
    if control.tag not in {"input", "select", "textarea", "button"}:
        return False
    if control.get("disabled") is not None:
        return False
    named = control.get("form")
    return control in inside if named is None else named == owner


def _is_button(control: Element) -> bool:
    if control.tag == "button":
        return control.get("type", "submit") == "submit"
    return control.tag == "input" and control.get("type") in {"submit", "image"}


def _value(control: Element) -> list[str]:
    """Return what a control sends when nobody touches it."""
    kind = control.get("type", "text")
    if control.tag == "textarea":
        # The parser has already dropped the line break that may follow the start tag.
        return [control.text or ""]
    if control.tag == "select":
        return _selected(control)
    if control.tag == "button" or kind in {"file", "submit", "image", "button", "reset"}:
        return []
    if kind in {"radio", "checkbox"}:
        return [control.get("value", "on")] if control.get("checked") is not None else []
    return [control.get("value", "")]


def _selected(control: Element) -> list[str]:
    options = list(control.iter("option"))
    chosen = [_option(option) for option in options if option.get("selected") is not None]
    if not chosen and options and control.get("multiple") is None:
        return [_option(options[0])]
    return chosen


def _option(option: Element) -> str:
    return option.get("value", words(option))


def client_of(app: Flask) -> Client:
    """Return a client of this application: another person with another browser."""
    app.test_client_class = Client
    client = app.test_client()
    assert isinstance(client, Client)
    return client
