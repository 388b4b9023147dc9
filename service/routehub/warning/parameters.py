"""All parameters of a route's rules. The defaults are those of DOMAIN 6; route data may change any of them:

{"surge": {"watch_z": 3.0}, "forecast": {"lags": {"days": 28}}}
"""

import types
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any, Self, get_type_hints

from routehub.core.errors import Refused
from routehub.warning.capacity import CapacityParameters
from routehub.warning.caps import CapParameters
from routehub.warning.chain_reaction import ChainReactionParameters
from routehub.warning.closure import ClosureParameters
from routehub.warning.conditions import ConditionParameters
from routehub.warning.drop import DropParameters
from routehub.warning.forecast import ForecastParameters
from routehub.warning.forecast.rule import ForecastRuleParameters
from routehub.warning.full import FullParameters
from routehub.warning.growth import GrowthParameters
from routehub.warning.silence import SilenceParameters
from routehub.warning.surge import SurgeParameters
from routehub.warning.two_counts import TwoCountsParameters
from routehub_schemas.errors import Problem

MOST = 10_000
MAY_BE_NEGATIVE = frozenset({"log_z"})
BOUNDS: dict[str, tuple[float, float]] = {
    "forecast.horizons": (1, 7), "forecast.lags.days": (14, 42), "forecast.lags.longest": (0, 7),
    "forecast.interval.coverage": (0.5, 0.99), "forecast.depth": (1, 6), "forecast.most_upstream": (1, 20),
    "surge.baseline.days": (7, 28), "drop.baseline.days": (7, 28), "growth.baseline.days": (7, 28),
    "surge.baseline.guard": (0, 7), "drop.baseline.guard": (0, 7), "growth.days": (7, 28),
    "conditions.calm": (1, 14), "conditions.unseen": (1, 60),
}  # fmt: skip
"""What a series remembers (70 days) must be enough for them."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """One route's parameters, by rule."""

    surge: SurgeParameters = field(default_factory=SurgeParameters)
    drop: DropParameters = field(default_factory=DropParameters)
    growth: GrowthParameters = field(default_factory=GrowthParameters)
    forecast: ForecastParameters = field(default_factory=ForecastParameters)
    forecast_rule: ForecastRuleParameters = field(default_factory=ForecastRuleParameters)
    full: FullParameters = field(default_factory=FullParameters)
    closure: ClosureParameters = field(default_factory=ClosureParameters)
    two_counts: TwoCountsParameters = field(default_factory=TwoCountsParameters)
    capacity: CapacityParameters = field(default_factory=CapacityParameters)
    silence: SilenceParameters = field(default_factory=SilenceParameters)
    cap: CapParameters = field(default_factory=CapParameters)
    chain_reaction: ChainReactionParameters = field(default_factory=ChainReactionParameters)
    conditions: ConditionParameters = field(default_factory=ConditionParameters)

    @classmethod
    def from_json(cls, said: Any) -> Self:
        """Parameters from route data: what is named replaces its default.

        Errors: 422 with all problems at once, by JSON Pointer: unknown names, wrong types, values out of bounds.
        """
        problems: list[Problem] = []
        made: Self | None = _read(cls, said, "", problems)
        if made is None:
            raise Refused("These parameters of early warning cannot be used.", problems)
        return made

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def _read(kind: Any, said: Any, pointer: str, problems: list[Problem]) -> Any:
    if not isinstance(said, dict):
        problems.append(Problem(pointer, "type", "parameters are an object", repr(said)[:80], "an object"))
        return None
    names = {f.name for f in fields(kind)}
    for name in sorted(set(map(str, said)) - names):
        problems.append(
            Problem(
                f"{pointer}/{name}", "unknown-field", "there is no such parameter", allowed=", ".join(sorted(names))
            )
        )
    hints = get_type_hints(kind)
    found = {}
    for name in sorted(names & set(said)):
        where = f"{pointer}/{name}"
        if is_dataclass(hints[name]):
            found[name] = _read(hints[name], said[name], where, problems)
        else:
            found[name] = said[name]
            problems += _number(hints[name], name, said[name], where)
    return None if problems else kind(**found)


def _number(kind: type | types.UnionType, name: str, value: Any, pointer: str) -> Iterator[Problem]:
    if isinstance(value, bool) or not isinstance(value, int | float) or (kind is int and not isinstance(value, int)):
        yield Problem(pointer, "type", "a number is wanted", repr(value)[:80], "a whole number" if kind is int else "")
        return
    low, high = BOUNDS.get(pointer[1:].replace("/", "."), (-MOST if name in MAY_BE_NEGATIVE else 0, MOST))
    if not low <= value <= high:
        yield Problem(pointer, "range", "out of bounds", f"{value}", f"{low:g} to {high:g}")
