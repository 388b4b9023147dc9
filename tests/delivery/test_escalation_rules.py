"""The rules of escalation alone: when whom is told, what waits, and how a flood becomes one mail."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routehub.boards.alerts.waiting import Unanswered
from routehub.delivery.escalation import plan
from routehub.delivery.escalation.climbing import PORTION, Task, portions
from routehub.delivery.escalation.joining import MOST, WINDOW, Placed, letters, place
from routehub.delivery.escalation.plan import GRAVE, LADDERS
from routehub.delivery.escalation.quiet import Quiet, night
from routehub.delivery.escalation.reporting_times import (
    APART,
    Standing,
    closed_day,
    excused,
    moved_back,
    reminders,
    standing,
)
from routehub.directory.snapshot import Membership

BRUSSELS = ZoneInfo("Europe/Brussels")
NOON = datetime(2026, 1, 21, 12, tzinfo=UTC)


def minutes(value: float) -> timedelta:
    return timedelta(minutes=value)


@pytest.mark.parametrize(
    ("severity", "times"),
    [
        ("Extreme", [(5, "duty"), (10, "duty"), (15, "deputy"), (20, "coordinators")]),
        ("Severe", [(15, "duty"), (30, "duty"), (35, "deputy"), (45, "coordinators")]),
        ("Moderate", [(60, "duty")]),
        ("Unknown", [(60, "duty")]),
        ("Minor", []),
    ],
)
def test_reminders_come_at_the_times_of_their_severity(severity: str, times: list[tuple[int, str]]):
    assert [(step.after / minutes(1), step.to) for step in plan.ladder(severity, reached=True)] == times


@pytest.mark.parametrize("severity", sorted(LADDERS))
def test_what_no_channel_brought_climbs_within_five_minutes_if_it_is_grave(severity: str):
    told = [step.to for step in plan.ladder(severity, reached=False) if step.after < minutes(5)]
    assert told == (["deputy", "coordinators"] if severity in GRAVE else [])


@given(st.lists(st.integers(0, 120), max_size=12), st.sampled_from(sorted(LADDERS)), st.booleans())
def test_however_often_one_looks_each_step_is_taken_once_and_in_order(looks: list[int], severity: str, reached: bool):
    ladder, done, told = plan.ladder(severity, reached=reached), set[str](), []
    for at in sorted(looks):
        due = plan.due(ladder, NOON, NOON + minutes(at), done)
        done |= {one.step.name for one in due}
        told += [one.step for one in due if one.tell]
        assert len({one.step.to for one in due if one.tell}) == sum(one.tell for one in due)  # nobody twice at once
        following = plan.next_look(severity, NOON, NOON + minutes(at), done)
        assert following is None or following > NOON + minutes(at)
    assert [step.after for step in told] == sorted({step.after for step in told})
    assert done == {step.name for step in ladder if looks and step.after <= minutes(max(looks))}


# --- a flood --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mail:
    sequence: int
    at: datetime
    thread: str
    grave: bool
    addressee: str = "person:ana"
    route: str = "wbr"
    joined: bool = False


FLOODS = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(["GR-MK", "MK-RS", "SI/dobova"]), st.booleans()), max_size=40
)


def run(flood: list[tuple[int, str, bool]], quiet: Quiet | None) -> tuple[list[Mail], list[list[Mail]]]:
    """What goes at once, and the letters of what waited, as dispatcher and release do it together."""
    opened: dict[str, datetime] = {}
    at_once, held, now = [], [], NOON
    waiting: list[tuple[datetime, Mail]] = []
    for number, (gap, thread, grave) in enumerate(flood):
        now += minutes(gap)
        mail = Mail(number, now, thread, grave)
        until = quiet.until if quiet else lambda _: None
        found: Placed = place(now, opened.get(thread), until, waits=not grave)
        if found.release_at is None:
            at_once.append(mail)
            if not (thread in opened and opened[thread] <= now < opened[thread] + WINDOW):
                opened[thread] = now
        else:
            assert found.release_at > now
            assert quiet is None or quiet.until(found.release_at) is None
            waiting.append((found.release_at, Mail(number, now, thread, grave, joined=found.joined)))
    for moment in sorted({release for release, _ in waiting}):
        held += letters(mail for release, mail in waiting if release == moment)
    return at_once, held


@given(FLOODS, st.booleans())
def test_nothing_grave_is_held_and_every_alert_is_in_exactly_one_mail(flood: list[tuple[int, str, bool]], quiet: bool):
    hours = Quiet(time(13), time(6), BRUSSELS) if quiet else None
    at_once, held = run(flood, hours)
    assert {mail.sequence for mail in at_once} >= {n for n, (_, _, grave) in enumerate(flood) if grave}
    assert sorted([m.sequence for m in at_once] + [m.sequence for parts in held for m in parts]) == list(
        range(len(flood))
    )
    for parts in held:
        assert [m.sequence for m in parts] == sorted(m.sequence for m in parts)
        assert len({m.thread for m in parts if m.joined}) <= 1


@given(FLOODS)
def test_a_flood_on_one_leg_makes_two_mails_in_a_quarter_of_an_hour_at_most(flood: list[tuple[int, str, bool]]):
    calm = [(gap, thread, False) for gap, thread, _ in flood]
    at_once, held = run(calm, None)
    for thread in {thread for _, thread, _ in flood}:
        sent = sorted(mail.at for mail in at_once if mail.thread == thread)
        assert all(after - before >= WINDOW for before, after in pairwise(sent))
        assert sum(parts[0].thread == thread for parts in held) <= len(sent)


def test_a_letter_has_an_end():
    held = [Mail(number, NOON, f"thread {number}", grave=False) for number in range(2 * MOST + 5)]
    parts = letters(reversed(held))
    assert [len(found) for found in parts] == [MOST, MOST, 5]
    assert [mail.sequence for found in parts for mail in found] == list(range(2 * MOST + 5))


# --- quiet hours ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-01-21T20:59:00Z", None),
        ("2026-01-21T21:00:00Z", "2026-01-22T05:00:00Z"),
        ("2026-01-22T04:59:00Z", "2026-01-22T05:00:00Z"),
        ("2026-01-22T05:00:00Z", None),
        ("2026-03-28T23:00:00Z", "2026-03-29T04:00:00Z"),  # the clocks go forward in this night
        ("2026-10-24T22:00:00Z", "2026-10-25T05:00:00Z"),  # and back in this one
    ],
)
def test_a_night_ends_at_its_local_time_also_when_the_clocks_change(at: str, until: str | None):
    hours = night("22:00-06:00", BRUSSELS)
    assert hours is not None
    assert hours.until(datetime.fromisoformat(at)) == (datetime.fromisoformat(until) if until else None)


def test_quiet_hours_hold_on_the_nights_that_were_chosen():
    weekend = Quiet(time(20), time(8), ZoneInfo("UTC"), ("fri", "sat"))
    assert weekend.until(datetime(2026, 1, 23, 21, tzinfo=UTC)) == datetime(2026, 1, 24, 8, tzinfo=UTC)
    assert weekend.until(datetime(2026, 1, 25, 7, tzinfo=UTC)) == datetime(2026, 1, 25, 8, tzinfo=UTC)
    assert weekend.until(datetime(2026, 1, 25, 21, tzinfo=UTC)) is None
    assert night("", BRUSSELS) is None


# --- reporting ------------------------------------------------------------------------------------------

MEMBER = Membership("MK", "member", BRUSSELS, True, time(8), time(6), 1, 0, None, None)
DAY = date(2026, 1, 21)


@pytest.mark.parametrize(
    ("at", "steps"),
    [
        ("06:29", []), ("06:30", ["before"]), ("06:59", ["before"]), ("07:00", []), ("07:14", []),
        ("07:15", ["after"]), ("08:59", ["after"]), ("09:00", []),
    ],
)  # fmt: skip
def test_reminders_to_report_stand_around_the_due_time(at: str, steps: list[str]):
    now = datetime.fromisoformat(f"2026-01-21T{at}:00Z")  # due 08:00 in Brussels
    found = reminders(MEMBER, now)
    assert [one.step for one in found] == steps
    assert all(one.day == DAY for one in found)
    assert closed_day(MEMBER, now) == DAY - timedelta(days=1 if at < "09:00" else 0)


def test_a_party_goes_from_reported_to_overdue_to_silent_and_back_once_each():
    told, at = [], standing(None, DAY, None)
    for back, last in ((1, None), (1, None), (2, None), (3, None), (3, 3), (4, 4), (6, 4)):
        after = standing(at, DAY + timedelta(days=back), DAY + timedelta(days=last) if last else None)
        if after.state != at.state:
            told.append(after.state)
        at = after
    assert told == ["overdue", "silent", "reported", "silent"]
    paused = excused(Standing("reported", DAY), DAY + timedelta(days=9))
    assert paused == Standing("reported", DAY + timedelta(days=9))
    assert standing(paused, DAY + timedelta(days=10), DAY - timedelta(days=2)).state == "overdue"
    assert standing(Standing("overdue", DAY), DAY, DAY) == Standing("reported", DAY)


def test_a_hub_whose_clock_is_behind_another_s_leaves_what_the_other_has_put_on_record():
    told, before = Standing("silent", DAY), DAY - timedelta(days=1)
    assert standing(told, before, None) == told
    assert standing(told, before, before) == told, "where the report of the day before is in, too"
    assert standing(Standing("overdue", DAY), before, before) == Standing("overdue", DAY)
    assert standing(told, before, DAY) == Standing("reported", DAY)
    assert excused(told, before) == told
    assert standing(told, before, None, anew=True) == Standing("reported", before), "an exercise, moved back"
    assert moved_back(told, before, None)
    assert not moved_back(told, before, DAY)
    now = datetime.fromisoformat("2026-01-21T08:59:00Z")  # the day closes at 09:00
    assert not moved_back(told, closed_day(MEMBER, now + APART), None)
    assert moved_back(told, closed_day(MEMBER, now - timedelta(hours=1) + APART), None)


def _task(number: int, severity: str, party: str, to: plan.To) -> Task:
    asked = f"alert {number}"
    one = Unanswered(
        asked, "GR-1", "wbr", "GR", party, "Actual", severity, asked, NOON, 1, ("GR-MK",), None
    )  # fmt: skip
    return Task(one, plan.Due(plan.Step(to, minutes(15), to), tell=True))


def test_steps_are_taken_in_short_parts_that_keep_one_mail_together():
    calm = [_task(n, "Moderate", "MK", "duty") for n in range(2 * PORTION)]  # one leg: one mail
    grave = [_task(n, "Severe", party, "duty") for n in range(PORTION) for party in ("MK", "RS", "HR")]
    climbed = [_task(n, "Severe", party, "coordinators") for n in range(10) for party in ("MK", "RS", "HR")]
    parts = portions([*calm, *grave, *climbed])
    assert sorted(map(id, (task for part in parts for task in part))) == sorted(map(id, [*calm, *grave, *climbed]))
    assert [len(part) for part in parts if part[0] in calm] == [2 * PORTION]
    assert all(len(part) <= PORTION for part in parts if part[0] not in calm)
    assert parts[-1][0] in calm, "what can wait is last"
    for number in range(10):
        holding = [
            part for part in parts if any(task in climbed and task.waiting.alert == f"alert {number}" for task in part)
        ]
        assert len(holding) == 1, "coordinators are told of an alert once"
