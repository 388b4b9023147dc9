"""Services of Apprise (chat, push, text messages): text only, under the same words as mail."""

from routehub.core.errors import Busy, refused
from routehub.delivery.apprise.messenger import Messenger, installed
from routehub.delivery.apprise.schemes import SERVICES, faults_of, scheme_of
from routehub.delivery.channels.base import Failed, Parcel, Taken
from routehub.delivery.rendering import Renderers


class AppriseChannel:
    """The subject begins with the severity or the act wanted; TLP:RED is withheld and exercises are marked as in mail,
    by the same renderers."""

    name = "apprise"

    def __init__(self, messenger: Messenger, renderers: Renderers) -> None:
        self._messenger, self._renderers = messenger, renderers

    async def send(self, parcel: Parcel) -> Taken:
        mail = self._renderers.mail_of(parcel)
        link = parcel.context.link(parcel.message) if parcel.message is not None else ""
        told = await self._messenger.ask(
            url=parcel.target, title=mail.subject, text=mail.text, brief=f"Open it in the hub: {link}" if link else ""
        )
        if told["sent"]:
            return Taken(told["words"])
        raise Failed(told["words"], again=told["again"], status=told.get("status"))


async def check_service(url: str, allowed: str, messenger: Messenger) -> str:
    """The address of a service as given, or a refusal that repeats nothing of it: it is a password as well.

    allowed: the setting, names separated by commas; empty for all of ``SERVICES``.
    """
    names = [name.strip() for name in allowed.split(",") if name.strip()] or sorted(SERVICES)
    if not installed() or allowed.strip() == "none":
        raise refused("/target", "not-offered", "This hub has no Apprise. Use e-mail or a webhook.")
    if words := faults_of(url):
        used = scheme_of(url) in SERVICES
        raise refused("/target", "service-address", words, **({} if used else {"allowed": [f"{n}://…" for n in names]}))
    if scheme_of(url) not in names:
        words = f"This hub does not send to {scheme_of(url)}://."
        raise refused("/target", "service-address", words, allowed=[f"{name}://…" for name in names])
    try:
        told = await messenger.ask(url=url)
    except Failed as fault:
        raise Busy(f"The address could not be looked at: {fault}.") from None
    if not told["again"]:
        raise refused("/target", "service-address", "Apprise cannot read this address. Look at its form again.")
    return url
