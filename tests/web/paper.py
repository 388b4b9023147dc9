"""A browser without scripts: it opens pages, fills forms as they stand and sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx

from tests.web.stage import PASSWORD, address

VOID = {"input", "meta", "link", "br", "img", "hr"}


@dataclass
class Form:
    """One form with what stands in its fields."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # name, value, text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.title = ""
        self.words: list[str] = []
        self.links: list[str] = []
        self._form: Form | None = None
        self._inside = ""
        self._name = ""
        self._button: tuple[str, str] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(a.get("action", ""), a.get("method", "get"))
            self.forms.append(self._form)
        elif tag == "a" and "href" in a:
            self.links.append(a["href"])
        elif self._form is not None and "name" in a and tag in ("input", "select", "textarea"):
            self._put(tag, a)
        elif tag == "option" and self._form is not None:
            values = self._form.fields[self._name]
            if "selected" in a or not values:
                self._form.fields[self._name] = [a.get("value", "")]
        if tag == "button" and self._form is not None:
            self._button, self._text = (a.get("name", ""), a.get("value", "")), ""
        if tag in ("title", "textarea", "script", "style"):
            self._inside, self._text = tag, ""

    def _put(self, tag: str, a: dict[str, str]) -> None:
        assert self._form is not None
        self._name = a["name"]
        values = self._form.fields.setdefault(self._name, [])
        if tag == "input" and (a.get("type") not in ("radio", "checkbox") or "checked" in a):
            values.append(a.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "title":
            self.title = self._text
        elif tag == "textarea" and self._form is not None:
            self._form.fields[self._name] = [self._text.removeprefix("\n")]
        elif tag == "button" and self._form is not None and self._button is not None:
            self._form.buttons.append((*self._button, " ".join(self._text.split())))
            self._button = None
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        self._text += data
        if self._inside not in ("title", "script", "style"):
            self.words.append(data)


@dataclass
class Page:
    """A page as a reader sees it."""

    answer: httpx.Response
    forms: list[Form]
    title: str
    words: str
    links: list[str]

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def path(self) -> str:
        return self.answer.url.path

    def form(self, button: str) -> Form:
        """The form that has a button with these words."""
        for found in self.forms:
            if any(button in text for _, _, text in found.buttons):
                return found
        raise AssertionError(f"no button {button!r} on {self.path}: {[f.buttons for f in self.forms]}")


def read(answer: httpx.Response) -> Page:
    reader = _Reader()
    reader.feed(answer.text)
    words = " ".join("".join(reader.words).split()).replace("\u202f", " ")
    return Page(answer, reader.forms, reader.title, words, reader.links)


class Paper:
    """One browser with its cookies. It says where its requests come from, as browsers do."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, follow_redirects=True, trust_env=False, timeout=60)

    def open(self, path: str) -> Page:
        return read(self.client.get(path, headers={"Accept": "text/html"}))

    def press(self, page: Page, button: str, **typed: Any) -> Page:
        """Fill the form of a button and press it. ``name=None`` leaves a field out."""
        form = page.form(button)
        fields = dict(form.fields)
        name, value, _ = next(b for b in form.buttons if button in b[2])
        if name:
            fields[name] = [value]
        for key, text in typed.items():
            fields[key] = [] if text is None else [str(text)]
        return self.send(urljoin(str(page.answer.url), form.action or page.path), fields)

    def send(self, url: str, fields: dict[str, list[str]], **headers: str) -> Page:
        said = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"} | headers
        return read(self.client.post(url, data=fields, headers=said))

    def sign_in(self, party: str, role: str = "contact_point") -> "Paper":
        page = self.press(self.open("/sign-in"), "Sign in with password", email=address(party, role), password=PASSWORD)
        assert page.status == 200, page.words
        assert page.path == ("/admin" if role == "operator" else "/"), page.words
        return self
