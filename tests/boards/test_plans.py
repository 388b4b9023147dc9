"""Plans as data: versions, crosswalk both ways, the guard against the wrong numbering, and what the API shows."""

from typing import Any

import pytest

from routehub_schemas import plan_points, reference
from tests.fixtures.furnished import Inside

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])


def test_an_item_under_the_drafts_point_8_is_under_the_finals_point_9_and_back():
    assert plan_points.under("wbr-2015-final", "wbr-2015-draft/8") == ("9",)
    assert plan_points.under("wbr-2015-draft", "wbr-2015-final/9") == ("4", "8")
    assert plan_points.under("wbr-2015-final", "wbr-2015-draft/13.7") == ("13",)
    assert plan_points.under("wbr-2015-draft", "wbr-2015-final/5.2") == ()
    assert plan_points.under("wb-action-plan-2022", "wbr-2015-final/9") == ()
    for pair in reference.crosswalk().pairs:
        if pair.earlier and pair.later:
            assert pair.later in plan_points.under("wbr-2015-final", f"wbr-2015-draft/{pair.earlier}")
            assert pair.earlier in plan_points.under("wbr-2015-draft", f"wbr-2015-final/{pair.later}")


@pytest.mark.parametrize(
    ("code", "problem", "suggestion", "words"),
    [
        ("wbr-2015-draft/17", "point-of-another-version", "wbr-2015-final/17", "In wbr-2015-draft that is point 16."),
        (
            "wbr-2015-final/13.7",
            "point-of-another-version",
            "wbr-2015-draft/13.7",
            "In wbr-2015-final that is point 13",
        ),
        ("wbr-2015-draft/5.1", "point-of-another-version", "wbr-2015-final/5.1", "has no such point"),
        ("wbr-2015-final/18", "unknown-point", None, "go from 1 to 17"),
        ("wb-action-plan-2022/5.2", "unknown-point", None, "It declares 20; 5 of them are not named in the source."),
        ("wbr-2015-finel/5", "unknown-plan", "wbr-2015-final/5", "There is no plan"),
    ],
)
def test_a_number_of_another_version_is_answered_with_the_right_one(
    code: str, problem: str, suggestion: str | None, words: str
):
    found = plan_points.fault(code, "/points/0")
    assert found is not None
    assert (found.code, found.suggestion) == (problem, suggestion)
    assert words in found.message


def test_every_plan_shows_its_gap_and_numbers_its_sub_items_below_their_point():
    plans = reference.plans()
    assert {plan.id: plan.gap for plan in plans.values()} == {
        "wbr-2015-draft": 0, "wbr-2015-final": 0, "v4-declaration-2015": 0, "wb-action-plan-2022": 5,
    }  # fmt: skip
    assert len({point.group for point in plans["wb-action-plan-2022"].points}) == 5
    for plan in plans.values():
        for point in plan.points:
            assert all(item.number.startswith(f"{point.number}.") for item in point.items)


def body(title: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "points": ["wbr-2015-draft/8"], **more}


async def test_plans_and_commitments_are_read_through_the_api(hub: Inside):
    await hub.set_clock("2016-01-22T12:00:00Z")
    made = await hub.post("GR", "commitments", body("Figures each day", target=100, unit="reports"))
    assert made.status_code == 201, made.text
    assert [(c["code"], c["usual"]) for c in made.json()["warnings"] if c["pointer"] == "/points/0"] == [
        ("renumbered", "wbr-2015-final/9")
    ]
    ref = made.json()["shortid"]
    for day, value in (("2016-01-12", 20), ("2016-01-22", 40)):
        step = {"commitment": ref, "stage": "in_place", "value": value, "as_of": day}
        assert (await hub.post("GR", "progress", step)).status_code == 201
    hidden = await hub.post("GR", "commitments", body("Hidden", audience=["MK"], deadline={"date": "2016-01-10"}))
    narrow = hidden.json()["shortid"]

    plans = (await hub.get("SI", "/v1/plans")).json()["plans"]
    assert [plan["id"] for plan in plans if plan["monitored"]] == list(reference.route("wbr").plans)
    final, draft = [(await hub.get("SI", f"/v1/plans/wbr-2015-{version}")).json() for version in ("final", "draft")]
    assert [p["number"] for p in final["points"] if p["commitments"] == [ref]] == ["9"]
    assert [p["number"] for p in draft["points"] if ref in p["commitments"]] == ["8"]
    assert final["points"][8]["elsewhere"] == ["wbr-2015-draft/4", "wbr-2015-draft/8"]

    status = (await hub.get("SI", "/v1/plans/wbr-2015-final/status?week=2016-W03")).json()
    (told,) = status["points"][8]["commitments"]
    assert (told["state"], told["reached"], told["change_since_last_week"]) == (
        "open", {"value": 40, "day": "2016-01-22"}, 20,
    )  # fmt: skip
    assert (await hub.get("SI", "/v1/plans/wbr-2015-final/status?week=2016-W09")).status_code == 422
    one = (await hub.get("SI", f"/v1/commitments/{ref}")).json()
    assert one["projection"]["date"] == "2016-02-21"
    assert [mark["reached"] for mark in one["burn_up"]] == [20, 40]
    rows = (await hub.get("SI", "/v1/commitments.csv?point=wbr-2015-final/9")).text.splitlines()
    assert len(rows) == 2
    assert rows[1].startswith(f"{ref},GR,GR,pledge,Figures each day,wbr-2015-draft/8")
    for address in ("/v1/commitments.xlsx", "/v1/plans/wbr-2015-final/status.csv"):
        assert (await hub.get("SI", address)).status_code == 200

    assert narrow not in (await hub.get("SI", "/v1/commitments")).text
    unknown, unseen = [await hub.get("SI", f"/v1/commitments/{r}") for r in ("CM-2222", narrow)]
    assert (unknown.status_code, unseen.status_code) == (404, 404)
    assert unknown.json()["detail"] == unseen.json()["detail"]
    assert [item["ref"] for item in (await hub.get("GR", "/v1/status")).json()["todo"] if narrow in item["text"]] == [
        narrow
    ]
    wrong = await hub.post("GR", "commitments", body("Wrong", points=["wbr-2015-draft/17", "nothing/1"]))
    assert [problem["code"] for problem in wrong.json()["problems"]] == ["point-of-another-version", "unknown-plan"]
    note = await hub.post("GR", "notes", {"to": ["MK"], "subject": "x", "text": "x", "points": ["wbr-2015-draft/17"]})
    assert note.json()["problems"][0]["suggestion"] == "wbr-2015-final/17"  # in any kind of message


@SQLITE
async def test_a_route_is_committed_to_the_plans_that_it_monitors(hub: Inside):
    def set_plans(tx: Any) -> None:
        from routehub.directory.install import set_plans

        set_plans(tx.conn, "wbr", ["wb-action-plan-2022"])
        tx.directory_changed()

    hub.hub.writer.change(set_plans)
    hub.hub.db.read_sync(hub.hub.refresh)
    refused = await hub.post("GR", "commitments", body("Old plan"))
    (problem,) = refused.json()["problems"]
    assert (problem["pointer"], problem["code"], problem["allowed"]) == (
        "/points/0", "plan-not-monitored", ["wb-action-plan-2022"],
    )  # fmt: skip
