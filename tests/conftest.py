"""The fixtures of every test; each module of `tests/fixtures` says what it gives and why."""

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
