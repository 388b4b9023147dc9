"""Subscriptions and their deliveries."""

from datetime import datetime
from typing import Literal

from routehub.api.documents.answers.base import Answer


class SubscriptionFilter(Answer):
    kinds: list[str]
    parties: list[str]
    places: list[str]
    severity: str | None
    points: list[str]
    threads: list[str]


class Subscription(Answer):
    id: str
    route: str
    party: str
    owner: str
    channel: Literal["webhook", "email"]
    target: str
    active: bool
    created_at: datetime
    filter: SubscriptionFilter
    failing_since: datetime | None = None
    disabled_at: datetime | None = None
    disabled_reason: str | None = None


class NewlyMadeSubscription(Subscription):
    secret: str | None = None
    """Of a webhook (Standard Webhooks): shown now and never again."""


class Subscriptions(Answer):
    subscriptions: list[Subscription]


class Attempt(Answer):
    number: int
    at: datetime
    ok: bool
    status: int | None
    detail: str | None
    seconds: float | None


class Delivery(Answer):
    id: str
    about: str
    purpose: str
    kind: str
    state: str
    outcome: str | None
    created_at: datetime
    due_at: datetime | None
    finished_at: datetime | None
    attempts: list[Attempt]


class Deliveries(Answer):
    deliveries: list[Delivery]
    next: str | None


class Sent(Answer):
    delivery: str
