"""What a chair changes of an agenda, laid over what was compiled: pure functions."""

from typing import Any

from routehub.chairing.edits import AgendaChange, Edits, ItemEdit, arranged, keyed, laid_over, merged, moved


def item(rule: str, *sources: str, **more: Any) -> dict[str, Any]:
    return {"title": rule, "rule": rule, "sources": list(sources), "minutes": 5, "outcome": "discuss", **more}


ITEMS = [
    item("reporting-this-week", "m1"), item("measure", "m2", "m3"), item("measure", "m4"), item("flows", "m5"),
    item("follow-up"),
]  # fmt: skip
KEYS = ["reporting-this-week", "measure:m2", "measure:m4", "flows", "follow-up"]


def test_an_item_keeps_its_key_when_the_agenda_is_compiled_anew():
    again = [ITEMS[0] | {"sources": ["m9"]}, item("measure", "m2", "m7"), item("flows", "m8")]
    assert [key for key, _ in keyed(ITEMS)] == KEYS
    assert [key for key, _ in keyed(again)] == ["reporting-this-week", "measure:m2", "flows"]
    twins = [item("alert", "m1"), item("alert", "m1")]
    assert [key for key, _ in keyed(twins)] == ["alert:m1", "alert:m1#2"]


def test_edits_stay_with_their_items_and_standing_ones_stay_first_and_last():
    edits = Edits(
        items={
            "measure:m4": ItemEdit(minutes=12),
            "flows": ItemEdit(dropped="Settled."),
            "gone:m1": ItemEdit(minutes=1),
        },
        order=["follow-up", "flows", "measure:m4", "measure:m2", "reporting-this-week"],
    )
    found = laid_over(ITEMS, [item("proposal", "p1")], edits)
    assert [one.key for one in found] == [
        "reporting-this-week", "flows", "proposal:p1", "measure:m4", "measure:m2", "follow-up",
    ]  # fmt: skip
    assert [(one.key, one.changed, one.dropped) for one in found if one.changed or one.dropped] == [
        ("flows", (), "Settled."), ("measure:m4", ("minutes",), None),
    ]  # fmt: skip
    assert [one.proposal for one in found if one.added] == ["p1"]


def test_an_order_that_misses_an_item_keeps_it_behind_what_it_followed():
    assert arranged(["a", "b", "c", "d"], ["d", "a", "gone"]) == ["d", "a", "b", "c"]
    assert arranged(["new", "a", "b"], ["b", "a"]) == ["new", "b", "a"]


def test_a_step_changes_what_it_names_and_null_takes_it_back():
    first = merged(Edits(), AgendaChange(items={"flows": ItemEdit(minutes=9, lead="MK")}))
    second = merged(first, AgendaChange(items={"flows": ItemEdit(minutes=None, dropped="Settled.")}))
    assert second.items["flows"] == ItemEdit(lead="MK", dropped="Settled.")
    third = merged(second, AgendaChange(items={"flows": ItemEdit(lead=None, dropped=None)}, order=["flows"]))
    assert (third.items, third.order) == ({}, ["flows"])


def test_an_item_moves_one_place_and_never_over_a_standing_one():
    assert moved(KEYS, "flows", -1) == ["reporting-this-week", "measure:m2", "flows", "measure:m4", "follow-up"]
    assert moved(KEYS, "measure:m2", -1) == KEYS
    assert moved(KEYS, "flows", 1) == KEYS
