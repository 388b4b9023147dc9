"""Whom to trust: experts weighted online by how their forecasts turned out.

An exponentiated gradient with fixed share (Herbster and Warmuth 1998; Cesa-Bianchi and Lugosi 2006, chapters 2 and 5)
on the scale of log(1 + x), with losses clipped and scaled, so that one odd day cannot throw an expert out for good. The
mixture is then never much worse than the best expert, and follows when another one becomes the best.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from routehub.warning.numbers import log, unlog


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
    """The weights of one series and horizon."""

    weights: dict[str, float] = field(default_factory=dict)

    def shares(self, names: Mapping[str, float]) -> dict[str, float]:
        """The weights of the experts that speak today, adding up to 1. A new expert begins with the mean weight."""
        if not names:
            return {}
        usual = sum(self.weights.values()) / len(self.weights) if self.weights else 1.0
        for name in names:
            self.weights.setdefault(name, usual)
        total = sum(self.weights[name] for name in names)
        return {name: self.weights[name] / total for name in names}

    def combine(self, said: Mapping[str, float]) -> float:
        """The weighted mean on the log scale: one expert of thousands does not drown ten that say thirty."""
        return unlog(sum(share * log(said[name]) for name, share in self.shares(said).items()))

    def learn(self, said: Mapping[str, float], centre: float, actual: float, p: MixtureParameters) -> None:
        """Move weight towards the experts on the side of what came."""
        together = sum(self.weights[name] for name in said)
        shares = self.shares(said)
        gradient = _clipped((log(centre) - log(actual)) / p.clip)
        for name, value in said.items():
            loss = _clipped(gradient * (log(value) - log(centre)) / p.spread)
            self.weights[name] = shares[name] * math.exp(-p.rate * loss)
        total = sum(self.weights[name] for name in said)
        for name in said:
            kept = (1 - p.share) * self.weights[name] / total
            self.weights[name] = (kept + p.share / len(said)) * together

    def rely_on(self, name: str, share: float) -> None:
        """Give one expert a share of all weight, and the others what is left."""
        total = sum(self.weights.values())
        if name in self.weights:
            for other in self.weights:
                self.weights[other] *= (1 - share) / total
            self.weights[name] += share

    def to_json(self) -> dict[str, float]:
        return dict(self.weights)

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Self:
        return cls({name: float(weight) for name, weight in state.items()})


def surprised(centre: float, actual: float, p: MixtureParameters) -> bool:
    """Whether a forecast was wrong by such a factor that the days before say nothing any more."""
    return abs(log(actual) - log(centre)) > math.log(p.surprise) and max(actual, centre) >= p.least_people


def _clipped(value: float) -> float:
    return max(-1.0, min(1.0, value))
