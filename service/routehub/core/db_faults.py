"""What a fault of the database means to who sent or asked, and to the hub."""

import sqlite3

from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from routehub.core.errors import Busy, Damaged, Full, HubError, Malformed
from routehub.core.pulse import UNSURE

DAMAGED = (
    "The hub's database is damaged. Nothing was stored. The operator has to stop the hub and restore the newest "
    "backup: docs/backup.md."
)
DAMAGED_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
DAMAGED_STATES = ("XX001", "XX002")
"""PostgreSQL 15, appendix A: data corrupted, index corrupted."""


def _is_damage(fault: BaseException | None) -> bool:
    """By its number and never by its words: these may repeat what somebody sent, and damage stops the whole hub."""
    code = getattr(fault, "sqlite_errorcode", None) or 0  # an extended one has the primary one in its last byte
    return code & 0xFF in DAMAGED_CODES or getattr(fault, "sqlstate", "") in DAMAGED_STATES


def as_hub_error(error: DBAPIError | PoolTimeout) -> HubError:
    """What a database fault means for the sender: no room (507), not now or not before it is restored (503), or
    something that no text of this database can hold, such as a null character in an address (400). Nothing was stored.
    """
    if isinstance(error, PoolTimeout):
        return Busy("The hub's database cannot be reached right now. Nothing was stored; send the same again.")
    if isinstance(error, DataError):
        return Malformed("Something in the address or the headers cannot be stored or compared.")
    words = str(error.orig).lower()
    if "disk is full" in words or "no space left" in words or getattr(error.orig, "sqlstate", "") == "53100":
        return Full("The hub's disk is full. Nothing was stored; reading still works. The operator has to make room.")
    if _is_damage(error.orig):
        return Damaged(DAMAGED)
    if error.connection_invalidated:  # it may have been lost between the commit and its answer
        return Busy(UNSURE)
    return Busy("The hub's database cannot be reached right now. Nothing was stored; send the same again.")


def is_held_up(error: Exception) -> bool:
    """Whether a statement gave up waiting for what another session holds (PostgreSQL 15, appendix A: 55P03)."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") == "55P03"
