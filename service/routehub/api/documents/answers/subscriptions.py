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


class SigningKey(Answer):
    id: str
    form: Literal["hmac", "ed25519"]
    public_key: str | None = None
    """Of an ed25519 key (Standard Webhooks, ``whpk_``): what a receiver verifies with; no secret."""
    ends_at: datetime | None = None
    """Of an earlier key: until when it signs beside the present ones."""


class Subscription(Answer):
    id: str
    route: str
    party: str
    owner: str
    channel: Literal["webhook", "email", "apprise"]
    target: str
    active: bool
    created_at: datetime
    filter: SubscriptionFilter
    signing_keys: list[SigningKey] | None = None
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


class DeadLetter(Delivery):
    addressee: str
    channel: str


class DeadLetters(Answer):
    deliveries: list[DeadLetter]
    next: str | None


class DeliveryStates(Answer):
    due: int
    sent: int
    dead: int
    dropped: int


class Replay(Answer):
    id: str
    subscription: str
    after: str
    until: str
    messages: int
    looked_through: int
    wanted: int
    prepared: bool
    deliveries: DeliveryStates
    created_at: datetime


class Replays(Answer):
    replays: list[Replay]


class ReachedBy(Answer):
    channel: Literal["webhook", "email", "apprise"]
    state: Literal["sent", "trying", "waiting", "failed"]
    at: datetime | None


class ReachedAcknowledgement(Answer):
    state: Literal["acknowledged", "waiting"]
    at: datetime | None


class ReachedParty(Answer):
    party: str
    acknowledgement: ReachedAcknowledgement | None
    channels: list[ReachedBy]


class MessageDeliveries(Answer):
    message: str
    parties: list[ReachedParty]


class Sent(Answer):
    delivery: str
