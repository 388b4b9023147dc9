"""The kinds that this installation knows, found by their folders."""

import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module

from routehub_schemas import kinds
from routehub_schemas.errors import Invalid, Problem, near, shown
from routehub_schemas.kind import Kind


class Registry(Mapping[str, Kind]):
    """Kinds by name. A registry never changes: `with_kind` makes another."""

    def __init__(self, known: Iterable[Kind]) -> None:
        self._by_name: dict[str, Kind] = {}
        self._by_type: dict[str, Kind] = {}
        self._by_door: dict[str, Kind] = {}
        for kind in known:
            if kind.name in self._by_name or kind.door in self._by_door:
                raise ValueError(f"two kinds are called {kind.name!r} or share the door {kind.door!r}")
            self._by_name[kind.name] = kind
            self._by_type[kind.type] = kind
            self._by_door[kind.door] = kind

    @staticmethod
    @cache
    def shipped() -> "Registry":
        """Every folder in `routehub_schemas/kinds`, each with its KIND."""
        names = sorted(module.name for module in pkgutil.iter_modules(kinds.__path__) if module.ispkg)
        return Registry(import_module(f"{kinds.__name__}.{name}").KIND for name in names)

    def with_kind(self, kind: Kind) -> "Registry":
        """A registry that knows one kind more."""
        return Registry([*self._by_name.values(), kind])

    def by_type(self, type_: str) -> Kind:
        """The kind of a CloudEvents `type`; `Invalid` with the nearest known type otherwise."""
        return _find(self._by_type, type_, "/type", "a type of message")

    def by_door(self, door: str) -> Kind:
        """The kind of a path such as `agenda-items`; `Invalid` with the nearest known door otherwise."""
        return _find(self._by_door, door, "", "a door")

    def __getitem__(self, name: str) -> Kind:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


def _find(known: Mapping[str, Kind], word: str, pointer: str, what: str) -> Kind:
    kind = known.get(word)
    if kind is not None:
        return kind
    raise Invalid(
        [
            Problem(
                pointer,
                "unknown-kind",
                f"this hub does not know {what} of this name",
                sent=shown(word),
                allowed=sorted(known),
                suggestion=near(word, known),
            )
        ]
    )
