"""The fixtures of every test; each module of `tests/fixtures` says what it gives and why."""

import pytest
import structlog
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.fixtures.no_skip",
    "tests.fixtures.ports",
    "tests.fixtures.postgres",
    "tests.fixtures.databases",
    "tests.fixtures.mail",
    "tests.fixtures.webhooks",
    "tests.fixtures.nats",
    "tests.fixtures.hub",
    "tests.fixtures.accounting",
    "tests.fixtures.furnished",
    "tests.fixtures.office",
    "tests.fixtures.browser",
    "tests.fixtures.shared",
    "tests.fixtures.node",
    "tests.fixtures.proxies",
]

# Examples are the same in every run, and a slow machine is no fault. Others: `--hypothesis-profile=default`.
settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

# Structlog's own way shows every variable of a fault in colours: minutes, in which a hub here answers nobody.
structlog.configure(
    processors=[structlog.processors.add_log_level, structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer()]
)  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    # anyio leaves its attempts to connect unawaited where a time-out comes before they have begun; the readers that
    # resume (tests/faults/readers.py) meet that on a busy machine, and the collector of garbage in any later test.
    config.addinivalue_line(
        "filterwarnings", "ignore:coroutine 'connect_tcp.<locals>.try_connect' was never awaited:RuntimeWarning"
    )
