"""Parts and their whole: children add up to their parent, beside what the parent says itself (DOMAIN 3: 50,000 >
20,000 > 1,000 + 12,150). A difference is shown, never smoothed over; a part without a figure is named, never counted
as zero."""

from collections.abc import Mapping
from dataclasses import dataclass

from routehub.boards.commitments.queries import CommitmentView
from routehub.boards.commitments.standing import series
from routehub.core.words import number


@dataclass(frozen=True)
class Sum:
    """The parts of a commitment added up. ``added``: short ids of the parts that are in the sums; ``left_out``: the
    others with the reason; ``silent``: those without a figure of what is in place. ``words``: what differs."""

    target: int | None
    reached: int | None
    added: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    silent: tuple[str, ...]
    words: tuple[str, ...]


def same_unit(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one.casefold().strip() == other.casefold().strip()


def total(view: CommitmentView, every: Mapping[str, CommitmentView]) -> Sum | None:
    """The direct parts that the reader may read, in the unit of the whole; None when there are none."""
    parts = [every[child] for child in view.children if child in every]
    if not parts:
        return None
    added = [part for part in parts if _fits(view, part) is None]
    left_out = tuple((part.short_id, reason) for part in parts if (reason := _fits(view, part)) is not None)
    reached = {part.short_id: series(part.steps) for part in added}
    told = [some[-1].value for some in reached.values() if some]
    found = Sum(
        sum(part.now.target or 0 for part in added) if added else None,
        sum(told) if told else None,
        tuple(part.short_id for part in added), left_out,
        tuple(short_id for short_id, some in reached.items() if not some), (),
    )  # fmt: skip
    return Sum(found.target, found.reached, found.added, found.left_out, found.silent, tuple(_words(view, found)))


def _fits(whole: CommitmentView, part: CommitmentView) -> str | None:
    """Why a part is not added; None when it is."""
    if part.withdrawn is not None:
        return "withdrawn"
    if whole.now.target is None or part.now.target is None:
        return "no target"
    if not same_unit(whole.now.unit, part.now.unit):
        return f"counted in {part.now.unit}"
    return None


def _words(view: CommitmentView, found: Sum) -> list[str]:
    unit, words = view.now.unit, []
    if found.target is not None and view.now.target is not None:
        apart = view.now.target - found.target
        words.append(f"Its parts add up to {number(found.target)} of {number(view.now.target)} {unit}: {_gap(apart)}.")
    own = series(view.steps)
    if found.reached is not None and own:
        apart = own[-1].value - found.reached
        told = f"In place: {number(own[-1].value)} by its own statement, {number(found.reached)} by its parts"
        words.append(f"{told}, {'the same' if apart == 0 else f'{number(abs(apart))} apart'}.")
    elif found.reached is not None:
        words.append(f"In place: {number(found.reached)} by its parts; it has not said so itself.")
    if found.silent:
        words.append(f"Without a figure: {', '.join(found.silent)}.")
    words += [f"Not added: {short_id} ({reason})." for short_id, reason in found.left_out]
    return words


def _gap(apart: int) -> str:
    if apart == 0:
        return "all of it"
    return f"{number(apart)} in no part" if apart > 0 else f"{number(-apart)} more than the whole"
