"""Which addresses outgoing requests may reach. Checked when the connection is made, on the address that is then
connected to: a name that is checked first and resolved again later can point elsewhere by then (DNS rebinding).

``ipaddress.is_global`` alone is no guard: multicast counts as global, and several ranges carry an IPv4 address inside.
"""

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import httpcore
import httpx

from routehub.delivery.channels.base import Failed

MOST_CONNECTIONS = 1_000
"""More than the worker ever sends side by side: one that hangs must not hold up another."""
Address = IPv4Address | IPv6Address

# Ways to write an IPv4 address as IPv6: mapped and compatible, NAT64 (RFC 6052, RFC 8215), Teredo, 6to4.
_CARRIERS = tuple(
    IPv6Network(text) for text in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48",
                                   "2001::/32", "2002::/16")
)  # fmt: skip
_RELAYS = ip_network("192.88.99.0/24")
# Where clouds answer with credentials of the machine; most are link-local, these are not.
_METADATA = frozenset(map(ip_address, ("169.254.169.254", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")))


def refusal(address: Address, *, private: bool) -> str | None:
    """Why an address may not be reached; None when it may. ``private`` lets loopback and private networks through."""
    if address in _METADATA or address.is_link_local:
        return "an address of the machine's own network"
    if address.is_multicast or address.is_unspecified or str(address) == "255.255.255.255":
        return "a multicast or broadcast address"
    if isinstance(address, IPv6Address) and not address.is_loopback and any(address in net for net in _CARRIERS):
        return "an address inside another address"
    if private and (address.is_private or address.is_loopback):
        return None
    if address in _RELAYS or address.is_reserved or not address.is_global:
        return "a private address"
    if isinstance(address, IPv6Address) and address.is_site_local:
        return "a private address"
    return None


async def resolve(host: str, port: int, *, private: bool) -> Address:
    """The address to connect to. All addresses of a name must be allowed: one bad one makes the name bad.

    Errors: ``Failed``; worth another try when the name could not be resolved.
    """
    try:
        addresses = [ip_address(host)]
    except ValueError:
        addresses = await _addresses(host, port)
    for address in addresses:
        why = refusal(address, private=private)
        if why is not None:
            raise Failed(f"{host} leads to {why}; nothing is sent there.", again=False)
    return addresses[0]


async def _addresses(host: str, port: int) -> list[Address]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise Failed(f"The name {host} cannot be resolved.", again=True) from None
    return [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


class _Guarded(httpcore.AsyncNetworkBackend):
    """Opens connections to checked addresses only. TLS still asks for the name, so certificates are checked by it."""

    def __init__(self, *, private: bool) -> None:
        self._private, self._plain = private, httpcore.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        address = await resolve(host, port, private=self._private)
        return await self._plain.connect_tcp(str(address), port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._plain.sleep(seconds)


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport on guarded connections: no proxy from the environment, nothing kept open between sends."""

    def __init__(self, *, private: bool) -> None:
        trusted = httpx.create_ssl_context(trust_env=False)
        super().__init__(verify=trusted, trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trusted,
            max_connections=MOST_CONNECTIONS,
            max_keepalive_connections=0,
            network_backend=_Guarded(private=private),
        )
