"""Logs without bodies or secrets, and metrics. Logs go to standard error, one event a line."""

import logging
import sys
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


def configure_logs(form: str = "json", level: str = "INFO") -> None:
    """Set up structlog and the standard library's loggers alike (uvicorn, apscheduler)."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("httpx", "httpcore", "apscheduler", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def log(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(part=name)
    return logger


STAGES = ("parse", "authorise", "queue", "commit", "wake", "answer")


class Metrics:
    """The hub's metrics. Labels never name a party or count what a reader may not know of:
    ``/metrics`` is for the operator (DECISIONS 1)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.accepted = Counter(
            "routehub_messages_accepted_total", "Messages accepted", ["kind"], registry=self.registry
        )
        self.refused = Counter(
            "routehub_messages_refused_total", "Messages refused", ["status"], registry=self.registry
        )
        self.commits = Histogram(
            "routehub_commit_seconds",
            "Duration of one group commit",
            registry=self.registry,
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
        )
        self.batch = Histogram(
            "routehub_commit_jobs",
            "Jobs in one group commit",
            registry=self.registry,
            buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
        )
        self._stages = Histogram(
            "routehub_accept_seconds",
            "Ways of a message on its way in: parse, authorise, queue, commit, wake (of whoever waits), answer",
            ["stage"],
            registry=self.registry,
            buckets=(0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1),
        )
        self._by_stage = {name: self._stages.labels(name) for name in STAGES}
        self.queue = Gauge("routehub_writer_queue", "Jobs waiting for the writer", registry=self.registry)
        self.sequence = Gauge("routehub_journal_sequence", "Head of the journal", registry=self.registry)
        self.listeners = Gauge("routehub_listeners", "Open streams", ["form"], registry=self.registry)
        self.listeners_cut = Counter(
            "routehub_listeners_cut_total", "Streams closed by the hub", ["reason"], registry=self.registry
        )
        self.deliveries = Counter(
            "routehub_deliveries_total", "Delivery attempts", ["channel", "outcome"], registry=self.registry
        )
        self.due = Gauge("routehub_deliveries_due", "Deliveries waiting to be sent", registry=self.registry)
        self.dead = Gauge("routehub_deliveries_dead", "Deliveries that were given up", registry=self.registry)
        self.oldest = Gauge(
            "routehub_delivery_oldest_seconds", "Age of the oldest delivery that waits; 0: none does", ["urgency"],
            registry=self.registry,
        )  # fmt: skip
        self.behind = Gauge(
            "routehub_dispatcher_behind", "Messages not yet looked through for deliveries", registry=self.registry
        )
        self.backup = Gauge(
            "routehub_last_backup_timestamp_seconds", "When the last proven backup was made; 0: there is none",
            registry=self.registry,
        )  # fmt: skip
        self.disk = Gauge("routehub_disk_free_bytes", "Room on the disk of the data folder", registry=self.registry)
        self.requests = Histogram(
            "routehub_request_seconds",
            "Duration of requests",
            ["method", "status"],
            registry=self.registry,
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5),
        )

    def stage(self, name: str, seconds: float) -> None:
        """How long one message took in one stage of its acceptance."""
        self._by_stage[name].observe(seconds)
