"""Chain reaction: measures of different parties on connected legs within 72 hours (seed 000: "avoid unilateral actions
which may trigger chain reactions")."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from routehub.warning.finding import Finding, Level, score

RULE = "chain-reaction"


@dataclass(frozen=True, slots=True)
class ChainReactionParameters:
    """hours: from the first to the last notice; least: parties that must take part; severe: parties from which it is
    extreme."""

    hours: int = 72
    least: int = 2
    severe: int = 3


@dataclass(frozen=True, slots=True)
class Notice:
    """A measure as it was announced: by whom, when, on which legs."""

    key: str
    party: str
    at: datetime
    legs: tuple[str, ...]

    @property
    def parties(self) -> frozenset[str]:
        return frozenset(code for leg in self.legs for code in leg.split("-"))


def detect(notices: Sequence[Notice], newest: Notice, p: ChainReactionParameters) -> Finding | None:
    """The chain that ends with ``newest``: every earlier notice within the hours that hangs together with it over legs
    that share a party. Its subject is the first notice, so that a growing chain stays one condition."""
    recent = sorted(
        (n for n in notices if n.key != newest.key and newest.at - timedelta(hours=p.hours) <= n.at <= newest.at),
        key=lambda n: (n.at, n.key),
    )
    chain = [newest]
    reached = set(newest.parties)
    while joined := [n for n in recent if n not in chain and reached & n.parties]:
        chain += joined
        reached |= {code for n in joined for code in n.parties}
    parties = sorted({n.party for n in chain})
    if len(parties) < p.least:
        return None
    chain.sort(key=lambda n: (n.at, n.key))
    hours = (newest.at - chain[0].at).total_seconds() / 3600
    return Finding(
        rule=RULE,
        level=Level.ALERT,
        subject=chain[0].key,
        day=newest.at.date(),
        score=score(len(parties)),
        severity="Extreme" if len(parties) >= p.severe else "Severe",
        urgency="Immediate",
        certainty="Observed",
        category="crossing_changed",
        headline=f"{len(parties)} parties took measures on connected borders within {hours:.0f} hours",
        arithmetic=(
            *(f"{n.party}, {n.at:%Y-%m-%d %H:%M} {n.at.tzname() or 'UTC'}: {', '.join(n.legs)}" for n in chain),
            f"from the first to the last notice: {hours:.0f} hours; bound {p.hours}",
        ),
        expects=f"{p.hours} hours without a further measure on these borders",
        inputs=(newest.key, *(n.key for n in chain if n.key != newest.key)),
        legs=tuple(dict.fromkeys(leg for n in chain for leg in n.legs)),
    )
