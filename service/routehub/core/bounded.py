"""Reading what somebody sends, within a bound."""

from collections.abc import AsyncIterable

READ_ON = 4
"""So many times the bound is read and thrown away before a refusal. Who is answered while still sending, and then finds
the connection closed, may lose the answer (RFC 9112, 9.6); a proxy then tells its client of a bad gateway."""


async def within(chunks: AsyncIterable[bytes], most: int) -> bytes | None:
    """All of it; None when it is longer than ``most`` bytes."""
    found, size = bytearray(), 0
    async for chunk in chunks:
        size += len(chunk)
        if size > most * READ_ON:
            return None
        if size <= most:
            found += chunk
    return bytes(found) if size <= most else None
