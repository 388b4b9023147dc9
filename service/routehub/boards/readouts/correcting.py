"""Errata in the text that they correct: what was struck, what stands in its place, and by which erratum.

Pure functions. Corrections are made in their order, each in the text as the ones before left it: a later erratum may
correct what an earlier one put in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol

from routehub_schemas.publication import ReadoutText, texts_of


class Correction(Protocol):
    @property
    def number(self) -> int: ...
    @property
    def wrong(self) -> str: ...
    @property
    def right(self) -> str: ...


@dataclass(frozen=True)
class Run:
    """A piece of a text. ``put``: the erratum that put it there, 0 for what was published; ``struck``: the erratum
    that took it out, 0 while it stands."""

    text: str
    put: int = 0
    struck: int = 0


Runs = tuple[Run, ...]


def standing(runs: Iterable[Run]) -> str:
    """The text as it reads now."""
    return "".join(run.text for run in runs if not run.struck)


def found(text: ReadoutText, corrections: Sequence[Correction], wrong: str) -> list[str]:
    """The places (JSON Pointers) where the words stand, one for each time."""
    return [place for place, runs in marked(text, corrections).items() for _ in range(standing(runs).count(wrong))]


def marked(text: ReadoutText, corrections: Iterable[Correction]) -> dict[str, Runs]:
    """Every text of a readout by the JSON Pointer to it, with what was corrected in it."""
    places: dict[str, Runs] = {place: (Run(said),) for place, said in texts_of(text)}
    for one in corrections:
        for place, runs in places.items():
            at = standing(runs).find(one.wrong)
            if at >= 0:
                places[place] = _corrected(runs, one, at)
                break
    return places


def _corrected(runs: Runs, one: Correction, at: int) -> Runs:
    """The runs with the words that begin at ``at`` struck, and the right ones behind them."""
    made: list[Run] = []
    end, here, is_put = at + len(one.wrong), 0, False
    for run in runs:
        if run.struck:
            made.append(run)
            continue
        first, last = max(at - here, 0), min(end - here, len(run.text))
        here += len(run.text)
        if first >= last:
            made.append(run)
            continue
        made += [Run(run.text[:first], run.put), Run(run.text[first:last], run.put, one.number)]
        if here >= end and not is_put:
            made.append(Run(one.right, one.number))
            is_put = True
        made.append(Run(run.text[last:], run.put))
    return _joined(run for run in made if run.text)


def _joined(runs: Iterable[Run]) -> Runs:
    same = groupby(runs, key=lambda run: (run.put, run.struck))
    return tuple(Run("".join(run.text for run in group), *which) for which, group in same)


def corrected(text: ReadoutText, corrections: Iterable[Correction]) -> ReadoutText:
    """The readout as it reads now."""
    runs = marked(text, corrections)
    said = {place: standing(run) for place, run in runs.items()}
    data: Any = text.model_dump()
    for place, now in said.items():
        *way, last = (int(step) if step.isdigit() else step for step in place.strip("/").split("/"))
        at = data
        for step in way:
            at = at[step]
        at[last] = now
    return ReadoutText.model_validate(data)
