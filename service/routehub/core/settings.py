"""All settings of the hub, read from ``ROUTEHUB_*`` variables. Every one is described in docs/settings.md."""

from ipaddress import ip_network
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104


class Settings(BaseSettings):
    """The hub's settings; names in the environment are these in upper case with ``ROUTEHUB_`` before them."""

    model_config = SettingsConfigDict(env_prefix="ROUTEHUB_", extra="ignore")

    database_url: str = Field(
        "sqlite:///var/routehub.db",
        description="SQLAlchemy address of the SQLite file or PostgreSQL database.",
    )
    public_url: str = Field(
        "", description="Address under which users reach the hub; empty: `http://`, the host and the port below."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    data_dir: Path = Field(Path("var"), description="Folder for the hub's own files: lock, mail kept as files.")
    secrets_key_file: Path | None = Field(
        None,
        description="File with the key under which secrets of one-time codes lie in the database; not named: "
        "`secrets.key` in data_dir. It is made when it is needed first. All hubs on one database share it.",
    )
    backup_dir: str = Field(
        "", description="Folder of backups, better on another disk; empty: the folder `backups` in the data folder."
    )
    backup_keep: str = Field(
        "24 hours, 7 days, 5 weeks, 12 months",
        description="Of how many hours, days, weeks and months with a backup the newest one stays.",
    )
    nats_url: str = Field(
        "",
        description="`nats://host:port`: NATS instead of PostgreSQL's NOTIFY between hubs. It carries what messages "
        "say, so it belongs to the trusted zone.",
    )
    mode: Literal["live", "exercise"] = Field(
        "live", description="`exercise` gives the hub a clock that can be moved; a live hub has none."
    )
    default_route: str = Field("wbr", description="Route that addresses without a route prefix mean.")
    smtp_url: str = Field(
        "",
        description="`smtp://user:secret@host:port` or `smtps://`; empty: mail is kept as files in data_dir/mail.",
    )
    mail_from: str = Field("Routehub <routehub@localhost>", description="Sender address of mail.")
    hotline: str = Field(
        "",
        pattern=r"^(\+[0-9 ()./-]{5,39})?$",
        description="Telephone number that is answered at any hour, such as `+32 2 000 00 00`; pages show it.",
    )
    help_address: str = Field(
        "",
        pattern=r"^([^@\s]+@[^@\s]+)?$",
        description="E-mail address for questions and for feedback on accessibility; the help pages show it.",
    )
    trusted_proxy: str = Field(
        "",
        description="Addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas. Nothing "
        "but proxies may have one of them: whoever has, may claim to be anybody.",
    )
    metrics_token_file: Path | None = Field(
        None,
        description="File with a secret of at least 32 characters: who sends it as `Authorization: Bearer` reads "
        "`/metrics`, past every proxy. Not named: only the machine itself and operators do.",
    )
    client_certificate_header: str = Field(
        "",
        pattern="^[A-Za-z0-9-]{0,60}$",
        description="Header in which a trusted proxy passes the certificate of a system, such as `Client-Cert` "
        "(RFC 9440); empty: certificates count for nothing. From anybody but a trusted proxy the header is dropped.",
    )
    max_body_bytes: int = Field(1_048_576, description="Largest request body of one message, in bytes.")
    max_batch_bytes: int = Field(
        8_388_608, description="Largest batch of messages and largest file of figures, in bytes."
    )
    max_rows: int = Field(20_000, ge=1, description="Most rows of a file of figures (CSV, XLSX).")
    writer_batch: int = Field(256, ge=1, description="Most jobs that one commit takes together.")
    writer_queue: int = Field(10_000, ge=1, description="Most jobs that may wait for the writer; more get 503.")
    writer_bytes: int = Field(
        67_108_864, ge=1_048_576, description="Most bytes that may wait for the writer; more get 503."
    )
    read_threads: int = Field(4, ge=1, description="Threads (and database connections) for reading.")
    listener_events: int = Field(256, description="Events that may wait for one listener before it is cut.")
    listener_bytes: int = Field(1_048_576, description="Bytes that may wait for one listener before it is cut.")
    streams_per_key: int = Field(1_000, ge=1, description="Streams that one key may have open; more get 429.")
    streams_per_person: int = Field(50, ge=1, description="Streams that one person may have open; more get 429.")
    heartbeat_seconds: float = Field(15.0, description="Seconds between heartbeats on streams.")
    checkpoint_seconds: float = Field(
        3600.0, ge=1, description="Seconds between signed checkpoints of the journal, the audit and each party's feed."
    )
    checkpoint_key: Path | None = Field(
        None,
        description="File with this hub's private key for checkpoints (PEM, ed25519), made when it is missing; not "
        "set: `checkpoints.pem` in data_dir. It belongs to the backup, apart from the database.",
    )
    retention: str = Field(
        "",
        pattern=r"^([a-z_]+=[1-9][0-9]{0,4}(, ?[a-z_]+=[1-9][0-9]{0,4})*)?$",
        description="Days after which the content of a kind's messages is erased, as `note=730,request=1095`; their "
        "places, hashes and signatures stay. Empty: everything is kept.",
    )
    look_seconds: float = Field(1.0, description="Seconds between looks at the journal when no bell rings.")
    grace_seconds: float = Field(10.0, description="Seconds that a graceful stop may take.")
    acknowledge_links: bool = Field(
        True,
        description="Put a link into mails of alerts that acknowledges without sign-in; `false`: after sign-in only.",
    )
    night: str = Field(
        "22:00-06:00",
        pattern=r"^((([01][0-9]|2[0-3]):[0-5][0-9])-(([01][0-9]|2[0-3]):[0-5][0-9]))?$",
        description="Hours in which people who set no quiet hours get no mail that can wait, in their own zone; empty: "
        "none. Nothing severe ever waits.",
    )
    session_hours: int = Field(
        12, ge=1, description="Hours that a sign-in of a person lasts; people can make it longer, ten times in a row."
    )
    second_factor: Literal["offered", "passwords", "everyone"] = Field(
        "passwords",
        description="`passwords`: a password counts only together with a second step. `everyone`: who came by a link "
        "alone sets up a passkey or an authenticator app before anything else. `offered`: who has a second step is "
        "asked for it.",
    )
    oidc_issuer: str = Field(
        "",
        description="Address of a provider of sign-in (OpenID Connect); empty: none. It opens the door for nominated "
        "people by their e-mail address, and makes none.",
    )
    oidc_client_id: str = Field("", description="The hub's name at that provider.")
    oidc_client_secret: str = Field("", description="The hub's secret at that provider; empty: a public client.")
    oidc_name: str = Field("your organisation", description="What the button says: Sign in with …")
    keep_on_device: bool = Field(
        True,
        description="Pages keep drafts, what waits to be sent, the overview and the figures form on the reader's "
        "device, for bad connections; `false`: nothing is kept there.",
    )
    webhook_private: bool = Field(
        False,
        description="Allow webhooks and services of Apprise on private addresses; for exercises and tests on one "
        "machine only.",
    )
    apprise_services: str = Field(
        "",
        description="Services of Apprise that may be subscribed to, separated by commas (`tgram,ntfys`); empty: all "
        "of docs/channels.md; `none`: no Apprise.",
    )
    rate_per_minute: int = Field(
        6000, description="Requests a minute of one key or session; a party may make four times as many."
    )
    log_format: Literal["json", "text"] = Field("json", description="Form of the log lines.")
    log_level: str = Field("INFO", description="Least level that is logged.")

    @field_validator("trusted_proxy")
    @classmethod
    def _addresses(cls, given: str) -> str:
        """A word in place of an address would never match, and every reader would count as the proxy; everybody's
        address would let everybody claim another's."""
        for one in filter(None, (part.strip() for part in given.split(","))):
            try:
                network = ip_network(one, strict=False)
            except ValueError:
                raise ValueError(f"{one} is no address and no network such as 10.1.2.0/24") from None
            if network.prefixlen == 0:
                raise ValueError(f"{one} is everybody")
        return given

    @model_validator(mode="after")
    def _reached_where_it_listens(self) -> Self:
        if not self.public_url:
            self.public_url = f"http://{self.own_host}:{self.port}"
        return self

    @property
    def own_host(self) -> str:
        """What reaches the hub from its own machine."""
        host = "127.0.0.1" if self.host in EVERYWHERE else self.host
        return f"[{host}]" if ":" in host else host

    @property
    def checkpoint_file(self) -> Path:
        return self.checkpoint_key or self.data_dir / "checkpoints.pem"

    @property
    def backup_folder(self) -> Path:
        return Path(self.backup_dir) if self.backup_dir else self.data_dir / "backups"

    @property
    def disk(self) -> Path:
        """A folder on the disk that must not become full: the database's, where it is a file; as far as it is there."""
        folder = Path(self.database_url.removeprefix("sqlite:///")).parent if self.is_sqlite else self.data_dir
        folder = folder.absolute()
        return next(one for one in (folder, *folder.parents) if one.exists())

    @property
    def files_elsewhere(self) -> dict[str, Path]:
        """Files that settings name outside of the data folder, by the name of the setting: keys, mostly."""
        named = {name: value for name, value in self if isinstance(value, Path) and name != "data_dir"}
        return {
            name: path for name, path in named.items() if not path.resolve().is_relative_to(self.data_dir.resolve())
        }

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")
