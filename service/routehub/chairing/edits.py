"""What a chair changes of an agenda, laid over the compiled items when it is read: a later edition keeps the edits,
and an item that is not there any more takes its own along. Pure functions; items are those of the kind ``agenda``
as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field

from routehub_schemas.kind import Part
from routehub_schemas.vocab import Outcome, PartyCode, Remark

FIRST = frozenset({"reporting-this-week"})
LAST = frozenset({"follow-up"})
TOGETHER = FIRST | LAST | {"flows", "reception", "request-overdue", "open-need"}
"""Rules that put one item on the agenda, however many records it is about; the others one for each record."""
BY_POINT = frozenset({"commitment-overdue"})

Item = Mapping[str, Any]


class ItemEdit(Part):
    """What is changed of one item; null takes a change back."""

    lead: PartyCode | None = None
    """The party that introduces it."""
    minutes: Annotated[int, Field(ge=0, le=240)] | None = None
    """The time set aside for it."""
    outcome: Outcome | None = None
    """What the conference should do with it."""
    dropped: Remark | None = None
    """Why it is taken off the agenda; null puts it back."""


class Edits(Part):
    """All changes of a draft. ``order``: of the items that were on it when somebody last moved one."""

    items: dict[str, ItemEdit] = Field(default={}, max_length=500)
    order: list[str] = Field(default=[], max_length=500)


class AgendaChange(Part):
    """One step of the chair: fields that are not sent stay as they are."""

    items: dict[str, ItemEdit] = Field(default={}, max_length=200)
    """By the key of the item."""
    order: list[str] | None = Field(default=None, max_length=200)
    """The keys of all items that are on the agenda, in their new order."""


@dataclass(frozen=True)
class PaperItem:
    """An item as the chair has it. ``compiled``: as the hub compiled it; ``dropped``: the reason; ``pinned``: it stands
    first or last; ``added``: a proposal that came after the compiling."""

    key: str
    item: Item
    compiled: Item
    dropped: str | None = None
    added: bool = False

    @property
    def pinned(self) -> bool:
        return self.item["rule"] in FIRST | LAST

    @property
    def changed(self) -> tuple[str, ...]:
        return tuple(
            name for name in ("lead", "minutes", "outcome") if self.item.get(name) != self.compiled.get(name)
        )  # fmt: skip

    @property
    def proposal(self) -> str | None:
        """The message of the party that proposed it."""
        return self.item["sources"][0] if self.item["rule"] == "proposal" and self.item.get("sources") else None


def keyed(items: Iterable[Item]) -> list[tuple[str, Item]]:
    """Each item with a key that stays the same when the agenda is compiled anew."""
    found: dict[str, Item] = {}
    for item in items:
        key = name = _key(item)
        again = 1
        while key in found:
            again += 1
            key = f"{name}#{again}"
        found[key] = item
    return list(found.items())


def _key(item: Item) -> str:
    rule = str(item["rule"])
    if rule in TOGETHER:
        return rule
    marks = item.get("points") if rule in BY_POINT else item.get("sources")
    return f"{rule}:{marks[0] if marks else item['title']}"


def laid_over(items: Sequence[Item], added: Sequence[Item], edits: Edits) -> list[PaperItem]:
    """The items in the chair's order with the chair's changes, those that were dropped among them.

    added: what came after the compiling; it stands before the follow-up until it is moved.
    """
    before = [item for item in items if item["rule"] not in LAST]
    after = [item for item in items if item["rule"] in LAST]
    every = keyed([*before, *added, *after])
    new = range(len(before), len(before) + len(added))
    papers = {
        key: _edited(PaperItem(key, item, item, added=at in new), edits.items.get(key))
        for at, (key, item) in enumerate(every)
    }
    return [papers[key] for key in arranged([key for key, _ in every], edits.order)]


def arranged(keys: Sequence[str], order: Sequence[str]) -> list[str]:
    """The keys in an order that may name others and miss some: what it misses stays behind what it followed."""
    found = [key for key in order if key in set(keys)]
    known = set(found)
    for at, key in enumerate(keys):
        if key in known:
            continue
        place = found.index(keys[at - 1]) + 1 if at else 0
        found.insert(place, key)
        known.add(key)
    pinned = [[key for key in found if key in rules] for rules in (FIRST, LAST)]
    between = [key for key in found if key not in FIRST | LAST]
    return [*pinned[0], *between, *pinned[1]]


def _edited(paper: PaperItem, edit: ItemEdit | None) -> PaperItem:
    if edit is None:
        return paper
    given = {name: value for name in ("lead", "minutes", "outcome") if (value := getattr(edit, name)) is not None}
    return replace(paper, item={**paper.item, **given}, dropped=edit.dropped)


def merged(edits: Edits, change: AgendaChange) -> Edits:
    """The edits with one step more; what is null in it is taken back."""
    items = dict(edits.items)
    for key, edit in change.items.items():
        known = items.get(key, ItemEdit()).model_dump(exclude_none=True)
        sent = {name: getattr(edit, name) for name in edit.model_fields_set}
        items[key] = ItemEdit(**{k: v for k, v in (known | sent).items() if v is not None})
    kept = {key: edit for key, edit in items.items() if edit != ItemEdit()}
    return Edits(items=kept, order=edits.order if change.order is None else list(change.order))


def moved(keys: Sequence[str], key: str, by: int) -> list[str]:
    """The order after one item went up (-1) or down (1); at the edge nothing changes."""
    found = list(keys)
    at = found.index(key)
    to = at + by
    if 0 <= to < len(found) and not {found[at], found[to]} & (FIRST | LAST):
        found[at], found[to] = found[to], found[at]
    return found
