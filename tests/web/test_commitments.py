"""Commitments by page, without scripts: make one, say how far it is, see both."""

from tests.web.conftest import ON_SQLITE

pytestmark = ON_SQLITE


def test_a_commitment_is_made_reported_on_and_read_by_others(stage, paper):
    slovenia = paper("SI")
    form = slovenia.open("/commitments/new")
    wrong = slovenia.press(form, "Commit for Slovenia", title="2,000 places", target="many")
    assert wrong.status == 422
    assert wrong.title.startswith("Error: Make a commitment")
    assert "Choose the point of the plan" in wrong.words
    made = slovenia.press(
        wrong, "Commit for Slovenia", point="wbr-2015-draft/5", target="2 000", unit="places",
        deadline_text="by the end of the year",
    )  # fmt: skip
    assert made.status == 200, made.words
    assert "Commitment made." in made.words
    path = made.path.partition("?")[0]
    today = slovenia.open(path)
    refused = slovenia.press(today, "Post progress for Slovenia", stage="in_place", value="2,001")
    assert refused.status == 422
    assert "More than the target" in refused.words
    done = slovenia.press(refused, "Post progress for Slovenia", value="500", text="Dobova is ready.")
    assert "Progress posted." in done.words
    croatia = paper("HR").open(path)
    assert "25%" in croatia.words
    assert "Dobova is ready." in croatia.words
    assert "How far is it?" not in croatia.words  # only its owner says
    listed = paper("HR").open("/commitments").words
    assert "2,000 places" in listed.partition("6. 50,000 reception places along the route with UNHCR")[2]
    assert paper("HR").open("/commitments/CM-2222").status == 404
