"""The table of what a person is told, read from subscriptions and rules, and written back."""

from datetime import UTC, datetime
from itertools import count

import pytest

from routehub.delivery import choices
from routehub.delivery.choices import NOTHING, ON, Column, Draft, choice, columns, edited, silenced, unasked, usual
from routehub.delivery.subscriptions import SubscriptionView
from routehub.delivery.wanted import GRAVITY, Wanted
from routehub.directory.snapshot import PersonView

KINDS = ("alert", "measure", "bulletin", "report")
RULES = usual({"contact_point"})
OWN = "ana@mk.example"
number = count(1)


def sub(*kinds: str, severity: str | None = None, active: bool = True, channel: str = "email") -> SubscriptionView:
    target = OWN if channel == "email" else "ntfys://secret"
    return SubscriptionView(
        f"s{next(number)}", "wbr", "MK", "person:ana", channel, target, Wanted(frozenset(kinds), severity=severity), (),
        active, datetime(2026, 1, 21, tzinfo=UTC), None, None, None,
    )  # fmt: skip


def own(*subs: SubscriptionView) -> Column:
    return Column(choices.OWN, "email", OWN, subs)


def after(drafts: list[Draft]) -> list[tuple[set[str], str | None, bool]]:
    return [(one.kinds, one.severity, one.active) for one in drafts]


def test_what_comes_by_itself_stands_as_chosen_and_saving_it_makes_nothing():
    now = choice(own(), KINDS, RULES)
    assert now == {"alert": "Moderate", "measure": NOTHING, "bulletin": ON, "report": NOTHING}
    assert edited(own(), now, KINDS, RULES) == []
    assert choice(Column("s", "apprise", "ntfys://x", ()), KINDS, RULES)["alert"] == NOTHING


def test_against_a_rule_is_a_paused_subscription_and_with_it_again_is_none():
    now = choice(own(), KINDS, RULES)
    made = edited(own(), now | {"bulletin": NOTHING, "measure": ON}, KINDS, RULES)
    assert after(made) == [({"measure"}, None, True), ({"bulletin"}, None, False)]
    paused, active = sub("bulletin", active=False), sub("measure")
    then = choice(own(paused, active), KINDS, RULES)
    assert then["bulletin"] == NOTHING
    assert then["measure"] == ON
    back = edited(own(paused, active), then | {"bulletin": ON}, KINDS, RULES)
    assert after(back) == [(set(), None, False), ({"measure"}, None, True)]


@pytest.mark.parametrize("level", choices.LEVELS)
def test_alerts_are_chosen_by_their_least_severity(level: str):
    made = edited(own(), choice(own(), KINDS, RULES) | {"alert": level}, KINDS, RULES)
    if level == "Moderate":
        assert made == []
        return
    (draft,) = made
    again = sub(*draft.kinds, severity=draft.severity)
    assert choice(own(again), KINDS, RULES)["alert"] == level
    (draft,) = edited(own(again), {"alert": "Severe", "bulletin": ON}, KINDS, RULES)
    assert (draft.severity, draft.active) == ("Severe", True)


def test_the_last_kind_of_a_channel_pauses_it_and_the_next_choice_wakes_it():
    push = Column("s1", "apprise", "ntfys://x", (sub("alert", severity="Severe", channel="apprise"),))
    assert after(edited(push, {}, KINDS, RULES)) == [({"alert"}, "Severe", False)]
    paused = Column("s1", "apprise", "ntfys://x", (sub("alert", severity="Severe", active=False, channel="apprise"),))
    assert choice(paused, KINDS, RULES) == dict.fromkeys(KINDS, NOTHING)
    assert after(edited(paused, {"report": ON}, KINDS, RULES)) == [({"report"}, "Severe", True)]


def test_everything_is_taken_apart_and_put_together():
    everything = own(sub())
    (draft,) = edited(everything, choice(everything, KINDS, RULES) | {"report": NOTHING}, KINDS, RULES)
    assert draft.kinds == {"alert", "measure", "bulletin"}
    whole = own(sub("alert", "measure", "bulletin"))
    (draft,) = edited(whole, choice(whole, KINDS, RULES) | {"report": ON}, KINDS, RULES)
    assert draft.wanted == Wanted()


def test_severe_alerts_cannot_be_silenced_on_every_channel():
    assert silenced([{"alert": NOTHING}, {"alert": "Extreme"}], RULES)
    assert not silenced([{"alert": NOTHING}, {"alert": "Severe"}], RULES)
    assert not silenced([{"alert": NOTHING}], usual({"observer"})), "nobody sends an observer alerts by itself"


def test_secret_and_narrower_subscriptions_are_told_apart():
    ana = PersonView("ana", "MK", "Ana", "", OWN, "", (), "", datetime(2026, 1, 1, tzinfo=UTC), None, None, {})
    push, mine = sub("alert", channel="apprise"), sub("report")
    narrow = sub("alert").__class__(**{**sub("alert").__dict__, "wanted": Wanted(places=frozenset({"GR-MK"}))})
    found = columns(ana, [push, mine, narrow])
    assert [(one.key, one.channel, one.subs) for one in found] == [
        (choices.OWN, "email", (mine,)), (push.id, "apprise", (push,)),
    ]  # fmt: skip
    assert all("secret" not in one.key for one in found)
    assert unasked(ana, {"contact_point"}, [push, mine]) == RULES
    assert unasked(ana, {"contact_point"}, [narrow]) == {"alert": "Severe"}, (
        "its rules step aside, but for grave alerts"
    )
    assert set(choices.LEVELS) < set(GRAVITY)
