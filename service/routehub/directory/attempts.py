"""How often signing in may be tried. A guesser is stopped; the rightful person never is:

- wrong passwords from elsewhere close only the way by password, and a one-time link still opens;
- links are mailed at most three in a quarter of an hour, so whoever asks for them in somebody's name fills no
  mailbox, and the last of them lies in the right one, valid for longer than the quarter.

Unknown e-mail addresses are counted like known ones.
"""

from routehub.core.canonical import digest
from routehub.core.rates import Rates

QUARTER = 900


def may_try_password(rates: Rates, address: str, email: str) -> None:
    """Count a try of a password; 429 when there were too many from this address, or for this person."""
    person = digest(email.strip().lower())
    words = "Too many tries. Sign in with a one-time link instead, or wait a quarter of an hour."
    rates.take("password-address", address, 30, QUARTER, words)
    rates.take("password-person-address", f"{person} {address}", 6, QUARTER, words)
    rates.take("password-person", person, 60, QUARTER, words)


def may_open_link(rates: Rates, address: str) -> None:
    """Count the use of a one-time link; 429 when this address tries too many."""
    rates.take("link-address", address, 30, QUARTER)


def may_ask_for_link(rates: Rates, address: str, email: str) -> bool:
    """Count a wish for a link. 429 when this address asks too often; False: answer as always, and mail nothing."""
    rates.take("ask-address", address, 20, QUARTER)
    return rates.allows("ask-person", digest(email.strip().lower()), 3, QUARTER)


def may_try_code(rates: Rates, address: str, person: str, how: str) -> None:
    """Count a try of the second step; 429 when there were too many.

    Counted by the way of the first step: whoever guesses codes with a stolen password spends no tries of the person who
    came by a link from their own mailbox. Twenty in a quarter of an hour leave a guesser, who has the password already,
    half a chance in a hundred a day.
    """
    words = "Too many tries. Sign in with a one-time link or a recovery code instead, or wait a quarter of an hour."
    rates.take("code-address", address, 30, QUARTER, words)
    rates.take("code-person", f"{person} {how}", 20, QUARTER, words)


def may_ask_passkey(rates: Rates, address: str) -> None:
    """Count a wish to sign in with a passkey; each takes a row in the database."""
    rates.take("passkey-address", address, 60, QUARTER)


def may_ask_provider(rates: Rates, address: str) -> None:
    """Count an answer of a provider of sign-in; each is looked into at the provider."""
    rates.take("provider-address", address, 60, QUARTER)
