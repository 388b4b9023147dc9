"""Which services of Apprise may be used, and how the address of one has to look. Apprise knows many more: those that
act on the machine itself, read files, send mail (the hub's own channel does, to known addresses only) or keep
connections of their own are not among these."""

from urllib.parse import parse_qsl, urlsplit

CHAT = (
    "discord", "feishu", "flock", "gchat", "guilded", "lark", "matrix", "matrixs", "mmost", "mmosts", "ncloud",
    "nclouds", "nctalk", "nctalks", "revolt", "rocket", "rockets", "ryver", "signal", "signals", "slack", "tgram",
    "threema", "twist", "webex", "workflows", "wxteams", "zulip",
)  # fmt: skip
PUSH = (
    "gotify", "gotifys", "join", "ntfy", "ntfys", "pbul", "pover", "prowl", "pushed", "pushy", "simplepush", "spush",
)  # fmt: skip
PHONE = (
    "46elks", "bulksms", "burstsms", "clickatell", "clicksend", "d7sms", "httpsms", "kavenegar", "msg91", "msgbird",
    "nexmo", "octopush", "plivo", "seven", "sfr", "sinch", "smseagle", "smseagles", "smsmgr", "twilio", "voipms",
    "vonage", "whatsapp",
)  # fmt: skip
DUTY = ("betterstack", "opsgenie", "pagerduty", "pagertree", "signl4", "splunk", "victorops")
PLAIN = ("apprise", "apprises", "form", "forms", "json", "jsons", "xml", "xmls")
SERVICES = frozenset((*CHAT, *PUSH, *PHONE, *DUTY, *PLAIN))

# Files and templates of the machine, mail by another way, certificates that are not checked, other addresses than the
# one that was given; and how long, how often and in what form: the hub's business.
FORBIDDEN = frozenset(
    ("attach", "attach-as", "cache", "cto", "email", "emojis", "file", "filename", "format", "keyfile", "optional",
     "overflow", "pem", "redirect", "retry", "rto", "store", "subfile", "subscriptions", "template", "tz", "verify",
     "wait")
)  # fmt: skip
LONGEST = 1_000


def scheme_of(url: str) -> str:
    """``tgram`` of ``tgram://…``; empty when it has none."""
    return url.partition("://")[0].lower() if "://" in url else ""


def faults_of(url: str) -> str:
    """What is wrong with the address of a service, in words without any of the address; empty when nothing is."""
    if len(url) > LONGEST or not url.isprintable() or any(c.isspace() for c in url) or not scheme_of(url):
        return "An address of Apprise looks like service://…, without spaces."
    if scheme_of(url) not in SERVICES:
        return f"The service {scheme_of(url)[:20]}:// is not used here. See docs/channels.md for those that are."
    try:
        asked = {name.lower().strip("+-: ") for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
    except ValueError:
        return "The address cannot be read."
    if found := sorted(asked & FORBIDDEN):
        return f"Leave out {', '.join(found)}: the hub settles that."
    return ""
