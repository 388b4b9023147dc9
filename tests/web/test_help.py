"""Help for everybody, and the first minute of somebody who is new."""

import re

from tests.web.conftest import ON_SQLITE

pytestmark = ON_SQLITE
PUBLIC = ("/help", "/help/glossary", "/help/data", "/accessibility")


def test_help_is_for_everybody_and_tells_of_no_route(set_stage, stranger):
    stage = set_stage(hotline="+32 2 555 01 02", help_address="help@hub.example")
    anybody = stranger(stage)
    index = anybody.open("/help")
    guides = [link for link in index.links if link.startswith("/help/") and link not in PUBLIC]
    assert len(guides) == 5
    for path in (*PUBLIC, *guides):
        page = anybody.open(path)
        assert page.status == 200, path
        assert "+32 2 555 01 02" in page.words, path
    assert "help@hub.example" in anybody.open("/accessibility").words
    known, unknown = (anybody.open(f"/routes/{code}/help").answer.text for code in ("wbr", "nowhere"))
    assert known.replace("/routes/wbr", "") == unknown.replace("/routes/nowhere", "")
    assert anybody.open("/help/nothing").status == 404


def test_every_link_of_every_guide_can_be_opened_by_its_role(stage, paper):
    for party, guide in (("SI", "contact-point"), ("EC", "coordinator"), ("EC", "chair"), ("SI", "national-system")):
        reader = paper(party)
        page = reader.open(f"/help/{guide}")
        main = page.answer.text.partition("<main")[2].partition("</main>")[0]
        for link in sorted(set(re.findall(r'href="(/[^"#]*)"', main))):
            assert reader.open(link).status in (200, 303), f"{guide}: {link}"


def test_the_first_minute_goes_for_good_and_comes_back_when_asked_for(stage, paper):
    slovenia = paper("SI")
    page = slovenia.open("/")
    assert "Your first minute" in page.words
    assert "Post the figures of today" in page.words
    page = slovenia.press(page, "Hide this")
    assert "Your first minute" not in page.words
    again = paper("SI")
    assert "Your first minute" not in again.open("/").words, "it is kept with the person, not with the browser"
    assert "Your first minute" in paper("HR").open("/").words
    assert "Your first minute" in again.press(again.open("/help"), "Show the first minute again").words
