"""The mark of what is not real, on mail that no message is behind."""

from types import MappingProxyType
from typing import Any, cast

from routehub.delivery.mail import Mail
from routehub.delivery.rendering import marked_for


class _Shown:
    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)


def _mail(*markings: str) -> Mail:
    routes = {str(i): _Shown(title=f"Route {i}", marking=mark) for i, mark in enumerate(markings)}
    person = _Shown(roles=MappingProxyType(dict.fromkeys(routes, frozenset())))
    return marked_for(Mail("Sign in", "Open this page."), cast(Any, person), cast(Any, _Shown(routes=routes)))


def test_mail_about_an_account_is_marked_unless_a_route_of_the_person_is_live():
    assert _mail("exercise", "sample").subject == "SAMPLE – Sign in"
    assert _mail("exercise").text.startswith("EXERCISE: this is not real. Route: Route 0.\n\nOpen")
    assert _mail("exercise", "live") == Mail("Sign in", "Open this page.")
    assert _mail() == Mail("Sign in", "Open this page.")
