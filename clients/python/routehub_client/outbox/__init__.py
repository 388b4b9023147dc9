"""What waits on this disk until the hub has it."""

from routehub_client.outbox.sending import Outcome, send
from routehub_client.outbox.store import Item, NotThere, Outbox

__all__ = ["Item", "NotThere", "Outbox", "Outcome", "send"]
