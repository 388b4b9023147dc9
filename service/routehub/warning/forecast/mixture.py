"""Whom to trust: experts weighted online by how their forecasts turned out.

An exponentiated gradient with fixed share (Herbster and Warmuth 1998; Cesa-Bianchi and Lugosi 2006, chapters 2 and 5)
on the scale of log(1 + x), with losses clipped and scaled, so that one odd day cannot throw an expert out for good. The
mixture is then never much worse than the best expert, and follows when another one becomes the best.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from routehub.warning.numbers import log


@dataclass(frozen=True, slots=True)
class MixtureParameters:
    """rate: how fast weights move; share: what is dealt out evenly each day; clip: residual on the log scale from which
    on a miss counts no more; spread: difference between expert and mixture that counts in full. surprise, rely_on_last:
    after a miss by this factor, that much of the weight goes to the last value, because what held no longer does."""

    rate: float = 2.0
    share: float = 0.02
    clip: float = 0.5
    spread: float = 1.4
    surprise: float = 5.0
    rely_on_last: float = 0.7
    least_people: int = 20


@dataclass
class Mixture:
    """The weights of one series and horizon. What experts say is given as log(1 + x)."""

    weights: dict[str, float] = field(default_factory=dict)

    def shares(self, names: Iterable[str]) -> dict[str, float]:
        """The weights of the experts that speak today, adding up to 1. A new expert begins with the mean weight."""
        weights = self.weights
        wanted = list(names)
        if any(name not in weights for name in wanted):
            usual = sum(weights.values()) / len(weights) if weights else 1.0
            for name in wanted:
                weights.setdefault(name, usual)
        total = sum([weights[name] for name in wanted])
        return {name: weights[name] / total for name in wanted}

    def learn(self, said: Mapping[str, float], centre: float, actual: float, p: MixtureParameters) -> None:
        """Move weight towards the experts on the side of what came. All are logarithms."""
        together = sum([self.weights[name] for name in said])
        gradient = _clipped((centre - actual) / p.clip)
        moved = {
            name: share * math.exp(-p.rate * _clipped(gradient * (said[name] - centre) / p.spread))
            for name, share in self.shares(said).items()
        }
        total = sum(moved.values())
        even = p.share / len(moved)
        for name, weight in moved.items():
            self.weights[name] = ((1 - p.share) * weight / total + even) * together

    def rely_on(self, name: str, share: float) -> None:
        """Give one expert a share of all weight, and the others what is left."""
        if name in self.weights:
            total = sum(self.weights.values())
            self.weights = {other: (1 - share) * weight / total for other, weight in self.weights.items()}
            self.weights[name] += share

    def to_json(self) -> dict[str, float]:
        return dict(self.weights)

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Self:
        return cls({name: float(weight) for name, weight in state.items()})


def combined(shares: Mapping[str, float], said: Mapping[str, float]) -> float:
    """The weighted mean on the log scale: one expert of thousands does not drown ten that say thirty."""
    return sum([share * said[name] for name, share in shares.items()])


def surprised(centre: float, actual: float, p: MixtureParameters) -> bool:
    """Whether a forecast was wrong by such a factor that the days before say nothing any more (plain people)."""
    return abs(log(actual) - log(centre)) > math.log(p.surprise) and max(actual, centre) >= p.least_people


def _clipped(value: float) -> float:
    return max(-1.0, min(1.0, value))
