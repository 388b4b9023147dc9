"""From the steps of conditions to the messages that tell of them. A WATCH is shown; a condition that reaches ALERT is
told, and from then on followed to its end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from routehub.core.ids import uuid8
from routehub.warning.conditions import Ended, Opened, Step, Updated
from routehub.warning.finding import Level
from routehub.warning.notices import Notice
from routehub.warning.record import Record
from routehub.warning.series import DailySeries


@dataclass
class Telling:
    """route: its code; record: every condition with its verdict; notices: what is to be sent since they were last taken
    away; told: by condition, the alert that told of it."""

    route: str
    record: Record = field(default_factory=Record)
    notices: list[Notice] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)

    def tell(self, day: date, steps: Iterable[Step], series: Mapping[str, DailySeries], calm: int) -> None:
        """series, calm: what an end rests on, the newest days of the series that the condition was about."""
        for one in steps:
            condition = one.condition
            alert = self.told.get(condition.key)
            self.record.step(one, day)
            if isinstance(one, Ended):
                if alert is not None:
                    self.notices.append(self._ended(one, alert, series, calm))
                    del self.told[condition.key]
            elif alert is not None and isinstance(one, Updated):
                told = (condition.key, "update", day.isoformat(), condition.severity)
                self.notices.append(Notice("Update", self._id(*told), condition, one.finding, day, alert))
            elif condition.level == Level.ALERT:
                self._open(one, day)

    def _open(self, one: Opened | Updated, day: date) -> None:
        alert = self._id(one.condition.key)
        self.told[one.condition.key] = alert
        self.record.told(one.condition.key, alert, one.finding)
        self.notices.append(Notice("Alert", alert, one.condition, one.finding, day, alert))

    def _ended(self, one: Ended, alert: str, series: Mapping[str, DailySeries], calm: int) -> Notice:
        about = series.get(one.condition.subject)
        inputs = about.sources(one.day, calm) if about is not None and one.why == "over" else ()
        finding = self.record.last_finding(one.condition.key)
        end = self._id(one.condition.key, "end")
        return Notice("Cancel", end, one.condition, finding, one.day, alert, one.why, inputs)

    def _id(self, *parts: str) -> str:
        """The id of a message: a hash of rule, subject and the message that opened the condition (DECISIONS 2)."""
        return uuid8("early-warning", self.route, *parts)

    def untell(self, known: frozenset[str]) -> None:
        """Forget alerts that the journal does not hold: they were never sent, and are told when they get on."""
        self.told = {key: alert for key, alert in self.told.items() if alert in known}
