"""The rules that run on every route, in one line each, and where their parameters stand."""

from dataclasses import dataclass

from routehub.warning import closure, drop, growth, silence, surge, two_counts
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
    silence.RULE: About("A party that usually reports has not.", ("silence",)),
}
