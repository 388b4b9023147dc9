"""The rules that run on every route, in one line each, and where their parameters stand."""

from dataclasses import dataclass

from routehub.warning import (
    capacity,
    caps,
    chain_reaction,
    closure,
    drop,
    full,
    growth,
    silence,
    surge,
    two_counts,
)
from routehub.warning.forecast import rule as forecast_rule


@dataclass(frozen=True, slots=True)
class About:
    """words: what it finds; parameters: names in ``Parameters``."""

    words: str
    parameters: tuple[str, ...]


RULES: dict[str, About] = {
    surge.RULE: About("Many more people than in the two weeks before.", ("surge",)),
    drop.RULE: About("At most half of the people of the two weeks before.", ("drop",)),
    growth.RULE: About("A rise too slow for a single day to show.", ("growth",)),
    forecast_rule.RULE: About(
        "In the coming days many more or fewer people than in the last week.", ("forecast", "forecast_rule")
    ),
    closure.RULE: About("A leg has lost its people while they still reach the party before it.", ("closure",)),
    two_counts.RULE: About("The two sides of a border count differently.", ("two_counts",)),
    capacity.RULE: About("How many of a party's or a centre's places are taken.", ("capacity",)),
    full.RULE: About("The people who are expected will fill the free places within days.", ("full",)),
    caps.RULE: About("More people passed a border than were announced as the most, by either count.", ("cap",)),
    chain_reaction.RULE: About("Several parties took measures on connected borders within days.", ("chain_reaction",)),
    silence.RULE: About("A party that usually reports has not.", ("silence",)),
}
