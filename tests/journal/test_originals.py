"""What came as a document of another format can be proved to be what came (PROMISES D3)."""

import pytest
from sqlalchemy import delete, update

from routehub.core.db import Database
from routehub.journal.tables import originals
from routehub.journal.verify import verify
from tests.boards.test_imported_alerts import imported
from tests.fixtures.furnished import Inside
from tests.formats.documents import document


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_changed_and_a_removed_original_are_found(hub: Inside, hub_url: str):
    await hub.set_clock("2026-06-01T09:00:00Z")
    await imported(hub, document())
    db = Database(hub_url)
    try:
        found: list[str] = []
        for change in (update(originals).values(content=b"<alert/>"), delete(originals)):
            assert [fault.what for fault in db.read_sync(lambda conn: list(verify(conn)))] == found[-1:]
            with db.writer.begin() as conn:
                conn.execute(change)
            found.append(db.read_sync(lambda conn: [fault.what for fault in verify(conn)])[0])
    finally:
        db.close()
    assert found == ["is not the document that came", "came as a document that is not there"]
