"""The AsyncAPI 3.0 document: what the hub sends by itself, over WebSocket, as server-sent events and to webhooks."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from routehub.api.documents.openapi import EVENT, JSON, kind_examples
from routehub.core.settings import Settings
from routehub_schemas import export
from routehub_schemas.kind import Kind
from routehub_schemas.registry import Registry

Document = dict[str, Any]
REF = "#/components/schemas/"
EXAMPLE_ID = "0197d2a4-6a00-7cc1-9b52-3f1d8a6e0c11"
OWN = ("start", "heartbeat")
QUERY: Document = {
    "type": "object",
    "properties": {
        "after": {"type": "string", "description": "Cursor; 0: from the start; nothing: from now on."},
        "kind": {"type": "array", "items": {"type": "string"}, "description": "Only these kinds."},
        "party": {"type": "array", "items": {"type": "string"}, "description": "Only from, for or about these."},
        "place": {"type": "array", "items": {"type": "string"}, "description": "Only about these places."},
        "severity": {"type": "string", "description": "Least severity, for example Severe."},
        "resync": {"const": "head", "description": "A lost cursor starts from now instead of being refused (410)."},
    },
}
DESCRIPTION = """\
What Routehub sends by itself: every message of the reader's feed, as soon as it is stored for good.

Each event carries `cursor` and `feed`, which has no gaps: whoever sees one, or sees a heartbeat with a `head` beyond
what has arrived, connects again with `after=<cursor>` and misses nothing. A stream with filters adds `previous`, the
feed number last sent on it. Unknown fields and unknown types are to be ignored, so that both can be added."""


def document(registry: Registry, settings: Settings, version: str) -> Document:
    """The whole document."""
    url = urlsplit(settings.public_url)
    secure = url.scheme == "https"
    kinds = list(registry.values())
    events = [*(kind.name for kind in kinds), "erased"]
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Routehub", "version": version, "description": DESCRIPTION},
        "defaultContentType": EVENT,
        "servers": {
            "websocket": _server(url.netloc, "wss" if secure else "ws"),
            "http": _server(url.netloc, "https" if secure else "http"),
        },
        "channels": {
            "stream": _channel("/v1/stream", "WebSocket, subprotocol `cloudevents.json`. It goes one way.", "websocket",
                               (*OWN, *events)) | {"bindings": {"ws": {"method": "GET", "query": QUERY}}},
            "events": _channel("/v1/events", "Server-sent events; `id:` is the cursor, `Last-Event-ID` resumes. The "
                               "stream's own frames are events named `start`, `heartbeat` and `end`.", "http",
                               (*OWN, "end", *events)),
            "webhooks": {
                "address": None, "title": "Webhooks",
                "description": "POSTed to the address of a subscription, signed as Standard Webhooks says. Any 2xx is "
                "success, 410 ends the subscription, all else is tried again under the same `webhook-id`.",
                "messages": {name: _message_ref(f"webhook.{name}") for name in (*events, "notice", "test")},
            },
        },
        "operations": {
            "sendOnStream": _operation("stream", "Send what happens to a listener by WebSocket."),
            "sendEvents": _operation("events", "Send what happens to a listener of server-sent events."),
            "callWebhook": _operation("webhooks", "Call a subscriber."),
        },
        "components": {
            "messages": _messages(kinds), "schemas": _schemas(kinds),
            "messageTraits": {"webhook": {"headers": {"$ref": REF + "WebhookHeaders"}}},
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A key with the scope read:feed."},
            },
        },
    }  # fmt: skip


def _server(host: str, protocol: str) -> Document:
    return {"host": host, "protocol": protocol, "security": [{"$ref": "#/components/securitySchemes/key"}]}


def _channel(address: str, words: str, server: str, messages: tuple[str, ...]) -> Document:
    return {
        "address": address, "description": words, "servers": [{"$ref": f"#/servers/{server}"}],
        "messages": {name: _message_ref(name) for name in messages},
    }  # fmt: skip


def _message_ref(name: str) -> Document:
    return {"$ref": f"#/components/messages/{name}"}


def _operation(channel: str, words: str) -> Document:
    return {"action": "send", "channel": {"$ref": f"#/channels/{channel}"}, "summary": words}


# --- messages ---


def _messages(kinds: list[Kind]) -> Document:
    events = {kind.name: _event_message(kind) for kind in kinds}
    events["erased"] = _message("erased", "A message whose content has been erased; its place remains", {
        "specversion": "1.0", "id": EXAMPLE_ID, "type": "routehub.erased.v1", "source": "/parties/MK",
        "time": "2015-10-20T06:24:11.120Z", "cursor": "1.1042", "feed": 1042,
    })  # fmt: skip
    hooked = events | {"notice": _notice(), "test": _test()}
    own = {
        "start": _message("start", "The first frame", {"recovered": True, "head": "1.1042"}, JSON),
        "heartbeat": _message(
            "heartbeat", "The stream lives; this is the head of your feed",
            {"heartbeat": True, "head": "1.1042", "checkpoint": "1.1040", "time": "2015-10-20T06:24:26.120Z"}, JSON,
        ),
        "end": _message("end", "The hub ends the stream", {"code": 1012, "reason": "the hub restarts"}, JSON),
    }  # fmt: skip
    signed = {
        f"webhook.{name}": message | {"traits": [{"$ref": "#/components/messageTraits/webhook"}]}
        for name, message in hooked.items()
    }
    return own | events | signed


def _event_message(kind: Kind) -> Document:
    examples = [
        {"name": name, "payload": example_event(kind, data)} for name, data in kind_examples(kind).items()
    ]  # fmt: skip
    return {
        "name": kind.type, "title": kind.title, "contentType": EVENT, "payload": {"$ref": f"{REF}Event.{kind.name}"},
        "examples": examples,
    }  # fmt: skip


def example_event(kind: Kind, data: Mapping[str, Any]) -> Document:
    """A message of this kind as a reader would get it."""
    by_hub = kind.posted_by == frozenset({"hub"})
    made = kind.payload.model_validate(data)
    found = {
        "specversion": "1.0", "id": EXAMPLE_ID, "source": "/hub" if by_hub else "/parties/MK", "type": kind.type,
        "subject": kind.subject(made, "HUB" if by_hub else "MK"), "time": "2015-10-20T06:24:11.120Z",
        "datacontenttype": "application/json", "dataschema": f"/schemas/{kind.name}.v{kind.version}.json",
        "cursor": "1.1042", "feed": 1042, "tlp": "AMBER", "exercise": False, "author": "MK border register",
        "data": {"audience": ["*"]} | dict(data),
    }  # fmt: skip
    return found | ({"shortid": f"{kind.short}-7F3K"} if kind.short else {})


def _message(name: str, title: str, example: Document, media: str = EVENT) -> Document:
    return {
        "name": name, "title": title, "contentType": media, "payload": {"$ref": f"{REF}{name.capitalize()}"},
        "examples": [{"name": name, "payload": example}],
    }  # fmt: skip


def _notice() -> Document:
    return _message("notice", "A message marked TLP:RED is waiting; its content stays in the hub", {
        "specversion": "1.0", "id": EXAMPLE_ID, "source": "/parties/MK", "type": "routehub.notice.v1",
        "time": "2015-10-20T06:24:11.120Z", "cursor": "1.1042", "feed": 1042, "tlp": "RED", "exercise": False,
        "datacontenttype": "application/json",
        "data": {
            "notice": "A message marked TLP:RED is waiting. Its content is shown in the hub only, after sign-in.",
            "link": f"https://hub.example/routes/wbr/messages/{EXAMPLE_ID}",
        },
    })  # fmt: skip


def _test() -> Document:
    return _message("test", "A test, as asked for", {
        "specversion": "1.0", "id": "test-1", "source": "/hub", "type": "routehub.test.v1",
        "time": "2015-10-20T06:24:11.120Z", "datacontenttype": "application/json",
        "data": {"text": "Test from Routehub"},
    })  # fmt: skip


# --- schemas ---


def _schemas(kinds: list[Kind]) -> Document:
    found: Document = {"Envelope": _here(export.envelope_schema(), "Envelope")}
    for kind in kinds:
        schema = export.schema(kind)
        for name, part in schema.get("$defs", {}).items():
            found[f"Data.{kind.name}.{name}"] = _here(part, f"Data.{kind.name}")
        found[f"Data.{kind.name}"] = _here(schema, f"Data.{kind.name}")
        found[f"Event.{kind.name}"] = _event_schema(kind.type, {"$ref": f"{REF}Data.{kind.name}"})
    found["Erased"] = _event_schema("routehub.erased.v1", None)
    found["Notice"] = _event_schema("routehub.notice.v1", _object(notice="string", link="string"))
    found["Test"] = _event_schema("routehub.test.v1", _object(text="string"))
    found["Start"] = _object(recovered="boolean", head="string")
    found["Heartbeat"] = _object(heartbeat="boolean", head="string", time="string")
    found["Heartbeat"]["properties"]["checkpoint"] = {
        "type": "string",
        "description": "The newest signed checkpoint of your feed, for /v1/checkpoints/{id}.",
    }
    found["End"] = _object(code="integer", reason="string")
    found["WebhookHeaders"] = _object(
        **{"webhook-id": "string", "webhook-timestamp": "string", "webhook-signature": "string"}
    )
    return found


def _object(**fields: str) -> Document:
    properties = {name: {"type": kind} for name, kind in fields.items()}
    return {"type": "object", "required": list(fields), "properties": properties}


def _event_schema(type_: str, data: Document | None) -> Document:
    properties: Document = {"type": {"const": type_}}
    if data is not None:
        properties["data"] = data
    return {"allOf": [{"$ref": REF + "Envelope"}, {"type": "object", "properties": properties}]}


def _here(schema: Any, name: str) -> Any:
    """A schema for readers: its definitions among the components, and open for fields that are added later."""
    if isinstance(schema, dict):
        return {
            key: value.replace("#/$defs/", f"{REF}{name}.") if key == "$ref" else _here(value, name)
            for key, value in schema.items()
            if key not in ("$defs", "$schema", "$id") and not (key == "additionalProperties" and value is False)
        }
    return [_here(one, name) for one in schema] if isinstance(schema, list) else schema
