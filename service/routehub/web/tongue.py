"""In which language a page speaks: the person's setting, else what was chosen in this browser, else what it asks for,
else English."""

from fastapi import Request

from routehub.core.language import accepted, languages

COOKIE = "routehub-language"
"""What was chosen at the foot of a page, before sign-in too. It says nothing else about who chose."""
KEPT = 365 * 86_400


def asked_for(request: Request) -> str:
    """What this browser wants, as long as nobody is known to have signed in."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in languages() else accepted(request.headers.get("accept-language", ""))
