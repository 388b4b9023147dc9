"""The contract of Routehub: envelope, kinds of message, vocabulary, strict reading and reference data."""

from routehub_schemas.envelope import Envelope, Incoming
from routehub_schemas.errors import Invalid, Problem
from routehub_schemas.kind import Kind, Payload
from routehub_schemas.parse import incoming, loads, payload, read
from routehub_schemas.registry import Registry

__all__ = [
    "Envelope",
    "Incoming",
    "Invalid",
    "Kind",
    "Payload",
    "Problem",
    "Registry",
    "incoming",
    "loads",
    "payload",
    "read",
]
