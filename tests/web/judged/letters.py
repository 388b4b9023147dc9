"""Mail that a hub without a mail server keeps as files."""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

LINK = re.compile(r"https?://[^\s<>\"')\]]+")


@dataclass(frozen=True)
class Letter:
    """One mail: its subject, its two texts, and every address that stands in it."""

    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    def part(self, kind: str) -> str:
        """The text of a part by its type, such as ``text/plain``; empty where there is none."""
        parts = [one for one in self.message.walk() if one.get_content_type() == kind]
        return str(parts[0].get_content()) if parts else ""

    @property
    def types(self) -> set[str]:
        return {one.get_content_type() for one in self.message.walk()}

    @property
    def links(self) -> set[str]:
        both = self.part("text/plain") + self.part("text/html").replace("&amp;", "&")
        return {link.rstrip(".,;") for link in LINK.findall(both)}


def letters(folder: Path) -> Iterator[Letter]:
    """The letters in a hub's folder, in the order in which they went out."""
    for file in sorted((folder / "mail").glob("*.eml")):
        message = email.message_from_bytes(file.read_bytes(), policy=default)
        assert isinstance(message, EmailMessage)
        yield Letter(message)
