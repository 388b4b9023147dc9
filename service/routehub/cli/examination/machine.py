"""The machine and what stands around the hub: the disk, the mail server, the proxy, the bell, the hub itself."""

import asyncio
import json
import shutil
import smtplib
import urllib.error
import urllib.request
from collections.abc import Callable
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from routehub.cli.examination.finding import Finding, found
from routehub.core.settings import Settings

LEAST_FREE = 512 * 1024 * 1024
LITTLE_FREE = 0.1
"""The share of a disk below which it is time to make room: it fills while nobody looks."""
PATIENCE = 5.0
MANY = 4_096
"""More addresses than a network that has only proxies in it."""


def disk(settings: Settings) -> Finding:
    folder = settings.disk
    usage = shutil.disk_usage(folder)
    words = f"{usage.free / 2**30:.1f} GiB of {usage.total / 2**30:.1f} GiB free at {folder}"
    fix = "Make room: posts get 507 when the disk is full; reading goes on, and no restart is needed afterwards."
    full = usage.free < LEAST_FREE
    return found("disk", words, fault=full, look=usage.free < usage.total * LITTLE_FREE, fix=fix)


def mail(settings: Settings) -> Finding:
    if not settings.smtp_url:
        kept = f"no server: mail is kept as files in {settings.data_dir / 'mail'}, and reaches nobody"
        fix = "Set ROUTEHUB_SMTP_URL: alerts, invitations and links to sign in go by mail."
        return found("mail", kept, look=settings.public_url.startswith("https:"), fix=fix)
    address = urlsplit(settings.smtp_url)
    host = address.hostname or "localhost"
    secure = address.scheme == "smtps"
    connect: Callable[..., smtplib.SMTP] = smtplib.SMTP_SSL if secure else smtplib.SMTP
    port = address.port or (465 if secure else 587)
    fix = "Check ROUTEHUB_SMTP_URL, and that the server runs; its log says more. Mail waits and goes out afterwards."
    try:
        with connect(host, port, timeout=PATIENCE) as server:
            code = server.noop()[0]
        return found("mail", f"{host}:{port} answers {code}", fault=code != 250, fix=fix)
    except OSError as fault:
        return found("mail", f"{host}:{port}: {fault}", fault=True, fix=fix)


def proxy(settings: Settings) -> Finding:
    """An address with https needs a proxy, and one that is not believed makes every reader look like the proxy."""
    if not settings.public_url.startswith("https:"):
        return found("proxy", f"none: people reach the hub at {settings.public_url}")
    if settings.trusted_proxy:
        named = (one.strip() for one in settings.trusted_proxy.split(","))
        many = sum(ip_network(one, strict=False).num_addresses for one in filter(None, named))
        fix = "Name the proxy's own address, or the network that only proxies are in, in ROUTEHUB_TRUSTED_PROXY."
        words = f"X-Forwarded-For is believed from {settings.trusted_proxy}"
        wide = f"{words}: {many:,} addresses, and each may claim to be anybody"
        return found("proxy", wide if many > MANY else words, look=many > MANY, fix=fix)
    words = "ROUTEHUB_PUBLIC_URL has https, and no proxy is trusted: all readers count as one address"
    return found(
        "proxy", words, fault=True, fix="Set ROUTEHUB_TRUSTED_PROXY to the proxy's address, such as 127.0.0.1."
    )


def bell(settings: Settings) -> Finding | None:
    """NATS between several hubs; PostgreSQL's own bell is away when the database is."""
    if not settings.nats_url:
        return None
    host = urlsplit(settings.nats_url.partition(",")[0]).hostname
    try:
        import nats
    except ImportError:
        words = "the package nats-py is not installed"
        return found("bell", words, fault=True, fix="Run: pip install 'routehub[nats]'")
    try:
        asyncio.run(_ring(settings.nats_url))
    except (nats.errors.Error, OSError) as fault:
        words = f"NATS at {host}: {type(fault).__name__} {fault}".rstrip()
        fix = "Check ROUTEHUB_NATS_URL, and that the server runs. Meanwhile hubs look once a second: slower, not less."
        return found("bell", words, look=True, fix=fix)
    return found("bell", f"NATS at {host} answers")


async def _ring(url: str) -> None:
    import nats

    async def quiet(_fault: Exception) -> None:
        return

    async with asyncio.timeout(PATIENCE):
        client = await nats.connect(
            url, connect_timeout=2, allow_reconnect=False, max_reconnect_attempts=0, error_cb=quiet
        )
        await client.flush()
        await client.close()


def hub(settings: Settings) -> Finding:
    """The hub that these settings are of, asked from its own machine."""
    where = f"{settings.own_host}:{settings.port}"
    address = f"http://{where}/health/ready"
    fix = (
        "A hub that was just started answers within seconds: ask again. Otherwise: systemctl status routehub; "
        "journalctl -u routehub -n 50. If it listens elsewhere: routehub doctor --port PORT, or ROUTEHUB_PORT."
    )
    try:
        said = _asked(address)
    except (OSError, ValueError) as fault:
        return found("hub", f"does not answer at {where} ({fault})", look=True, fix=fix)
    words = f"{said.get('status', 'answers')} at {where}, {said.get('live', {}).get('listeners', 0)} streams open"
    if why := said.get("fault"):
        words = f"{words}; {why}"
    return found("hub", words, fault=said.get("status") != "ready", fix=fix)


def _asked(address: str) -> dict[str, Any]:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=PATIENCE) as answer:
            said = json.load(answer)
    except urllib.error.HTTPError as answer:
        with answer:
            said = json.load(answer)
    if not isinstance(said, dict):
        raise ValueError("something else answers there")
    return said
