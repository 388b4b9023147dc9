"""Hash chains (PROMISES D3). A link covers the salted hash of the content, so that a body can be erased and
the chain still holds; each party's feed has a chain of its own, which proves its completeness."""

import secrets

from routehub.core.canonical import digest

START = "0" * 64


def salt() -> str:
    return secrets.token_hex(16)


def content_hash(salt_text: str, body: str) -> str:
    """The salted hash of a stored body. Without the salt nobody can guess short contents from it."""
    return digest(salt_text + body)


def link(previous: str, number: int, content: str) -> str:
    """The chain link of position ``number``: over the link before it, the number and the content's hash."""
    return digest(f"{previous}:{number}:{content}")
