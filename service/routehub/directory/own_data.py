"""What the hub holds about a contact point: handed out whole, and erased when it is no longer needed."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, String, Table, Text, delete, or_, select, update

from routehub.core.errors import Unknown
from routehub.directory import people as office
from routehub.directory import tables as t
from routehub.directory.principal import Principal
from routehub.directory.transaction import Transaction

SECRETS = frozenset({
    "token_hash", "code_hash", "password_hash", "secret_hash", "secret", "ending_secrets", "waiting", "public_key",
    "challenge", "csrf",
})  # fmt: skip
"""Columns that are no information about a person, only a danger to them."""
CONTENT = frozenset({"body", "salt", "chain", "content_hash"})
"""What a message says and how it hangs in its chain: the party's, not the person's."""
ERASED = "Erased"


def export(conn: Connection, person: str, tables: Iterable[Table]) -> dict[str, list[dict[str, Any]]]:
    """Every row of these tables that names the person, by table: by reference, or as ``person:ID`` in any column."""
    row = conn.execute(select(t.people.c.email).where(t.people.c.id == person)).first()
    if row is None:
        raise Unknown("There is no such person.")
    found = {}
    for table in tables:
        about = list(_naming(table, person, row.email))
        if about:
            columns = [column for column in table.columns if column.name not in SECRETS | CONTENT]
            rows = [dict(one) for one in conn.execute(select(*columns).where(or_(*about))).mappings()]
            if rows:
                found[table.name] = rows
    return found


def _naming(table: Table, person: str, email: str) -> Iterator[Any]:
    if table is t.people:  # not those whom the person nominated: what is known of them is theirs
        yield t.people.c.id == person
        return
    for column in table.columns:
        if any(key.column is t.people.c.id for key in column.foreign_keys):
            yield column == person
        elif isinstance(column.type, (String, Text)) and column.name not in SECRETS | CONTENT:
            yield column == f"person:{person}"
            if column.name == "target":
                yield column == email


def erase(tx: Transaction, who: Principal, person: str, reason: str) -> None:
    """Withdraw a nomination and take away what is known of the person; an empty record stays for what refers to it.

    The name under messages that the person posted stays: it is part of what parties told each other, and of the chain.
    Who asks to be forgotten need not wait for a successor: it is done also where nobody of the party is left.
    """
    view = office.withdraw(tx, who, person, leave_gap=True)
    for table in (t.sign_in_links, t.sessions, t.person_roles):
        tx.conn.execute(delete(table).where(table.c.person == person))
    blank = {
        "name": ERASED, "email": f"{person}@erased.invalid", "function": "", "phone": "", "languages": "", "zone": "",
    }  # fmt: skip
    tx.conn.execute(update(t.people).where(t.people.c.id == person).values(**blank))
    tx.audit("person-erased", who.route, view.party, who.actor, {"person": person, "reason": reason})
    tx.directory_changed()
