"""Signed checkpoints: whoever rewrites a chain, however well, cannot make it the one that was signed."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, delete, select, update
from typer.testing import CliRunner

from routehub.cli import application
from routehub.directory.visibility import frozen_audiences
from routehub.journal.chain import audit_hash, content_hash, entry_hash, link
from routehub.journal.checkpoints import reading
from routehub.journal.checkpoints.signing import Signer, check
from routehub.journal.checkpoints.tables import signed_checkpoints, signing_keys
from routehub.journal.tables import audit_rows, entries, feed_heads, feed_rows, journal_head
from routehub_client.proof import Proof, believed
from routehub_schemas.checkpoint import START, Checkpoint, PublicKey, notes, opened, parse
from tests.fixtures.furnished import Inside
from tests.journal.stored import faults
from tests.journal.test_together import ALERT
from tests.journal.test_verify import fill

HASH = "ab" * 32


# --- the note ---


def test_a_note_is_opened_by_its_key_and_by_no_other():
    signer, other = (Signer(Ed25519PrivateKey.generate(), "8f3a") for _ in range(2))
    note = signer.sign("feed/wbr/SI", 1042, HASH, 1, "2015-10-20T06:24:11.120Z")
    found = opened(note, [other.public, PublicKey.parse(str(signer.public))], check)
    assert found == Checkpoint("routehub/8f3a/feed/wbr/SI", 1042, HASH, 1, "2015-10-20T06:24:11.120Z")
    assert found.id == "1.1042"
    with pytest.raises(ValueError, match="None of the keys"):
        opened(note, [other.public], check)


@pytest.mark.parametrize("part", ["1042", "epoch 1", "06:24:11", "wbr/SI"])
def test_a_note_of_which_anything_was_changed_is_not_believed(part: str):
    signer = Signer(Ed25519PrivateKey.generate(), "8f3a")
    note = signer.sign("feed/wbr/SI", 1042, HASH, 1, "2015-10-20T06:24:11.120Z")
    with pytest.raises(ValueError, match="None of the keys"):
        opened(note.replace(part, part[:-1] + "9"), [signer.public], check)


@pytest.mark.parametrize("text", ["", "a\n\n", "a\n1\nx\nepoch 1\ntime t\n\n— k AAAAAAA=\n", "—" * 5000, "\n\n— a b"])
def test_what_is_no_note_is_said_to_be_none(text: str):
    with pytest.raises(ValueError, match="not a signed checkpoint"):
        parse(text)


def test_a_file_may_hold_many_notes():
    signer = Signer(Ed25519PrivateKey.generate(), "8f3a")
    some = [signer.sign("audit", number, HASH, 1, "2015-10-20T06:24:11.120Z") for number in (1, 2, 3)]
    assert notes("\n".join(some)) == some
    assert notes("\n".join(some).replace("\n", "\r\n")) == some


# --- a hub that signs, and somebody who can write to its database ---


@pytest.fixture
async def signed(hub: Inside) -> Inside:
    """A filled hub that signed twice, with messages between and after."""
    await fill(hub)
    await hub.hub.checkpoints.take()
    assert (await hub.post("GR", "alerts", ALERT, key="s1")).status_code == 201
    await hub.hub.checkpoints.take()
    assert (await hub.post("MK", "notes", {"to": ["GR"], "subject": "s", "text": "t"}, key="s2")).status_code == 201
    return hub


def forge(conn: Connection, sequence: int) -> None:
    """Change what a message says and make every chain that it is in whole again: nothing but signatures tells."""
    row = dict(conn.execute(select(entries).where(entries.c.sequence == sequence)).mappings().one())
    body = row["body"].replace('"tlp":"AMBER"', '"tlp":"GREEN"')
    assert body != row["body"]
    changed = {"body": body, "content_hash": content_hash(row["salt"], body)}
    conn.execute(update(entries).where(entries.c.sequence == sequence).values(**changed))
    _journal(conn)
    for route, party in conn.execute(select(feed_heads.c.route, feed_heads.c.party)).all():
        _feed(conn, route, party)


def _journal(conn: Connection) -> None:
    audiences, chain = frozen_audiences(conn), START
    for row in conn.execute(select(entries).order_by(entries.c.sequence)).mappings().all():
        chain = link(chain, row["sequence"], entry_hash(dict(row), audiences[row["audience_id"]].digest))
        conn.execute(update(entries).where(entries.c.sequence == row["sequence"]).values(chain=chain))
    conn.execute(update(journal_head).values(chain=chain))


def _feed(conn: Connection, route: str, party: str) -> None:
    f, chain = feed_rows.c, START
    query = select(f.feed, entries.c.content_hash).join(entries, entries.c.sequence == f.sequence)
    for number, content in conn.execute(query.where(f.route == route, f.party == party).order_by(f.feed)).all():
        chain = link(chain, number, content)
        here = (f.route == route, f.party == party, f.feed == number)
        conn.execute(update(feed_rows).where(*here).values(chain=chain))
    conn.execute(update(feed_heads).where(feed_heads.c.route == route, feed_heads.c.party == party).values(chain=chain))


async def test_what_was_signed_fits_and_each_chain_is_signed_only_when_it_has_grown(signed: Inside, hub_url: str):
    assert faults(hub_url) == []
    kept = await signed.get("GR", "/v1/checkpoints")
    assert len(kept.json()["checkpoints"]) == 2
    await signed.hub.checkpoints.take()
    assert await signed.hub.checkpoints.take() == 0


async def test_a_forged_journal_is_found_with_the_day_up_to_which_it_is_well(signed: Inside, hub_url: str):
    marks = await signed.hub.db.read(reading.newest_first, "journal", "", "", None, 5)
    between = marks[0].number  # accepted after the first checkpoint and before the second
    with signed.hub.db.write() as conn:
        forge(conn, between)
    found = [fault for fault in faults(hub_url) if "the journal" in fault.where]
    assert [fault.what for fault in found] == ["another link was signed for this number"]
    assert found[0].good.startswith(f"number {marks[1].number}, checkpoint of 2")


async def test_a_forged_audit_and_an_end_that_was_cut_off_are_found(signed: Inside, hub_url: str):
    with signed.hub.db.write() as conn:
        chain, a = START, audit_rows.c
        conn.execute(update(audit_rows).where(a.number == 5).values(actor="person:somebody-else"))
        rows = conn.execute(select(audit_rows).order_by(a.number)).mappings().all()[:-40]
        conn.execute(delete(audit_rows).where(a.number > rows[-1]["number"]))
        for row in rows:
            said = audit_hash(row["act"], row["route"], row["party"], row["actor"], row["detail"], row["at"])
            chain = link(chain, row["number"], said)
            conn.execute(update(audit_rows).where(a.number == row["number"]).values(chain=chain))
        conn.execute(update(journal_head).values(audit=rows[-1]["number"], audit_chain=chain))
    found = [fault.what for fault in faults(hub_url)]
    assert any("the chain ends with" in what or "another link was signed" in what for what in found)


async def test_a_checkpoint_that_somebody_else_signed_is_not_believed(signed: Inside, hub_url: str, tmp_path: Path):
    key = next(iter(await signed.hub.db.read(reading.keys))).key
    monkey = Signer(Ed25519PrivateKey.generate(), key.name.partition("/")[2])
    with signed.hub.db.write() as conn:
        forge(conn, 2)
        for row in conn.execute(select(signed_checkpoints)).mappings().all():
            conn.execute(delete(signed_checkpoints).where(signed_checkpoints.c.note == row["note"]))
        conn.execute(update(signing_keys).values(public=str(monkey.public)))
    assert faults(hub_url) == []  # whoever can write everything forges everything, but for what was kept elsewhere
    kept = tmp_path / "kept.txt"
    kept.write_text(Signer(signed.hub.checkpoints._signer._key, monkey.deployment).sign(  # type: ignore[union-attr]
        "journal", 2, HASH, 1, "2015-10-20T06:24:11.120Z"
    ))  # fmt: skip
    command = ["verify", "--json", "--checkpoints", str(kept), "--key", str(key)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROUTEHUB_DATABASE_URL", hub_url)
        told = CliRunner().invoke(application(), command)
    assert told.exit_code == 1
    assert "another link was signed for this number" in told.stdout


# --- a party that proves its own feed ---


async def proof(hub: Inside, party: str, marks: list[Checkpoint]) -> Proof:
    """The links that a party gets, page by page, gone through as ``rh verify`` does."""
    found = Proof(marks)
    after: str | None = "0"
    while after:
        told = (await hub.get(party, f"/v1/checkpoints/links?after={after}&limit=7")).json()
        for one in told["links"]:
            found.take(one)
        after = told["next"]
    found.end(int(told["head"].partition(".")[2]))
    return found


async def marks_of(hub: Inside, party: str) -> list[Checkpoint]:
    told: list[dict[str, Any]] = (await hub.get(party, "/v1/checkpoints")).json()["checkpoints"]
    async with hub.client(party) as client:
        keys = (await client.get("/v1/checkpoints/keys", headers={"Authorization": ""})).json()["keys"]
    for one in told:
        assert (await hub.get(party, f"/v1/checkpoints/{one['id']}")).text == one["note"]
    chain = f"feed/wbr/{party}"
    found, wrong = believed([one["note"] for one in told], [PublicKey.parse(one["key"]) for one in keys], chain, check)
    assert wrong == []
    return found


async def test_a_party_proves_its_own_feed_and_finds_what_was_forged(signed: Inside):
    marks = await marks_of(signed, "GR")
    before = await proof(signed, "GR", marks)
    assert (before.faults, before.fitting) == ([], 2)
    with signed.hub.db.write() as conn:
        alert = conn.execute(select(entries.c.sequence).where(entries.c.kind == "alert")).scalars().all()[-1]
        forge(conn, alert)
    after = await proof(signed, "GR", marks)
    assert [fault.what for fault in after.faults] == ["another link was signed for this number"]
    assert after.faults[0].good == f"number {min(m.number for m in marks)}, checkpoint of {marks[-1].at}"


async def test_a_party_finds_a_message_that_was_taken_out_or_changed(signed: Inside):
    marks = await marks_of(signed, "GR")
    f = feed_rows.c
    with signed.hub.db.write() as conn:
        third = conn.execute(select(f.sequence).where(f.party == "GR", f.feed == 3)).scalar_one()
        body = conn.execute(select(entries.c.body).where(entries.c.sequence == third)).scalar_one()
        conn.execute(update(entries).where(entries.c.sequence == third).values(body=str(body).replace("2015", "2016")))
    found = await proof(signed, "GR", marks)
    assert [fault.what for fault in found.faults] == ["has another content than the one that was accepted"]
    with signed.hub.db.write() as conn:
        conn.execute(delete(feed_rows).where(f.party == "GR", f.feed == 3))
    found = await proof(signed, "GR", marks)
    assert "follows number 2: something between them is missing" in [fault.what for fault in found.faults]


def test_a_party_is_told_that_what_does_not_fit_is_from_before_a_restore():
    found = Proof(
        [Checkpoint("routehub/x/feed/wbr/GR", 3, HASH, epoch, "2015-10-20T06:24:11.120Z") for epoch in (1, 2)]
    )
    found.end(0)
    assert ["(in epoch 1; the hub was restored" in fault.what for fault in found.faults] == [True, False]


async def test_checkpoints_tell_nothing_of_other_feeds(signed: Inside):
    ours, theirs = [
        {one["id"]: one["note"] for one in (await signed.get(party, "/v1/checkpoints")).json()["checkpoints"]}
        for party in ("GR", "AT")
    ]
    assert {note.splitlines()[0].partition("/feed/")[2] for note in theirs.values()} == {"wbr/AT"}
    for name in ours:
        answer = await signed.get("AT", f"/v1/checkpoints/{name}")
        assert answer.text == theirs[name] if name in theirs else answer.status_code == 404
    beyond = await signed.get("AT", f"/v1/checkpoints?before={'9' * 20}.1")
    assert (beyond.status_code, bool(beyond.json()["checkpoints"])) == (200, True)
    nothing = [await signed.get("AT", f"/v1/checkpoints/{name}") for name in ("1.999999", "x", "1.²", "1." + "9" * 40)]
    assert {(answer.status_code, answer.json()["detail"]) for answer in nothing} == {
        (404, "There is no such checkpoint of your feed.")
    }
