"""Requests, needs and offers by page, without scripts: ask, answer, offer, accept, deliver, confirm."""

from tests.web.conftest import ON_SQLITE

pytestmark = ON_SQLITE


def test_a_question_is_asked_answered_and_read(stage, paper):
    asker, asked = paper("SI"), paper("HR")
    form = asker.open("/requests/new?category=information")
    wrong = asker.press(form, "Ask all parties", title="People at Tovarnik", asked="HR")
    assert wrong.status == 422
    assert wrong.title.startswith("Error:")
    assert "Say by when" in wrong.words
    page = asker.press(wrong, "Ask all parties", due_day="2099-01-21", due_time="18:00")
    assert "Asked." in page.words, page.words
    waiting = asked.open("/requests")
    assert "Waiting for Croatia1" in waiting.words
    assert "People at Tovarnik" in asked.open("/").words, "also under what is to do"
    blank = asked.press(asked.open(page.path), "Send answer")
    assert (blank.status, blank.title.startswith("Error:")) == (422, True)
    sent = asked.press(blank, "Send answer", text="About 300.")
    assert "Answer sent." in sent.words
    assert "About 300." in paper("RS").open(page.path).words
    assert "Waiting for Croatia0" in asked.open("/requests").words
    hidden, unknown = asked.open("/requests/R-2222"), asked.open("/offers/O-2222")
    assert hidden.status == unknown.status == 404


def test_a_need_is_offered_against_beyond_it_and_the_receipt_is_confirmed(stage, paper):
    asker, giver = paper("SI"), paper("HR")
    form = asker.open("/requests/new?category=need")
    page = asker.press(
        form, "Ask all parties", title="Blankets for Dobova", quantity="1 000", unit="blankets", due_day="2099-01-21",
        mechanism="yes", reference="ECHO 7",
    )  # fmt: skip
    assert "Triggered, ECHO 7" in page.words, page.words
    wrong = giver.press(
        giver.open(f"/offers/new?need={page.path.rpartition('/')[2]}"), "Offer for Croatia", title="Blankets of ours",
        quantity="1 200", unit="tents",
    )  # fmt: skip
    assert "is counted in blankets" in wrong.words
    offer = giver.press(wrong, "Offer for Croatia", unit="blankets")
    assert "With it 200 blankets more are offered than Slovenia needs." in offer.words, offer.words
    accepted = asker.press(asker.open(offer.path), "blankets of Croatia")
    assert "Accepted." in accepted.words
    giver.press(giver.open(offer.path), "Tell of delivery", quantity="1 200")
    received = asker.press(asker.open(offer.path), "Confirm receipt", quantity="1 200")
    assert "Receipt confirmed." in received.words
    assert "Met" in asker.open(page.path).words
