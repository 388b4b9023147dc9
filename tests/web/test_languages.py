"""Pages speak the reader's language: which one, how a page says it, and what stays as its author wrote it."""

from collections.abc import Callable

from sqlalchemy import select

from routehub.core.columns import table_of
from routehub.journal.tables import Entry
from tests.web.conftest import ON_SQLITE
from tests.web.paper import Paper
from tests.web.stage import Stage

pytestmark = ON_SQLITE
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


def test_a_page_speaks_what_the_browser_asks_for_and_then_what_its_reader_chose(
    stage: Stage, paper: Callable[[str], Paper], stranger: Callable[[Stage], Paper]
):
    """In one journey: a browser's wish, the choice at the foot before sign-in, a person's own choice, a record."""
    before = stranger(stage)
    before.client.headers.update(GERMAN)
    asked = before.open("/sign-in")
    assert '<html lang="de">' in asked.answer.text
    assert "Mit Passwort anmelden" in asked.words
    assert "Accept-Language" in asked.answer.headers["vary"]
    assert "Diese Seite gibt es nicht." in before.open("/no-such-page").words
    assert "Sign in with password" in before.press(asked, "English").words  # what was chosen comes first
    assert before.send("/language", {"language": ["tlh"], "next": ["/"]}).status == 404

    slovenia = paper("SI")
    assert slovenia.send("/language", {"language": ["de"], "next": ["/"]}).status == 403  # without the form's token
    overview = slovenia.press(slovenia.open("/"), "Deutsch")
    slovenia.client.cookies.delete("routehub-language")
    assert overview.words == slovenia.open("/").words  # kept for the person, not for the browser alone
    for words in ("Für Slowenien", "Warnen", "Alle Zeiten Brüssel (CE", "Nordmazedonien"):
        assert words in overview.words
    form = slovenia.open("/figures")
    assert "Eingereist aus Kroatien" in form.words
    assert "Geben Sie die Zahl ein" in slovenia.press(form, "Zahlen melden").words
    raised = slovenia.press(slovenia.open("/alerts/new"), "Warnung herausgeben", category="surge")
    assert "Warnung herausgegeben." in raised.words
    entries = table_of(Entry).c
    said = stage.hub.hub.db.read_sync(lambda conn: conn.execute(select(entries.body)).scalars().all())
    assert not [body for body in said if "Anstieg" in str(body)]  # what goes on record is in nobody's language
    assert slovenia.press(raised, "English").answer.text.count('<html lang="en">') == 1
