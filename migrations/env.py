"""Alembic environment: the SQLModel classes are the only table definitions, on SQLite and PostgreSQL."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import AutoString, SQLModel

from routehub import tables  # noqa: F401 - registers every table
from routehub.core.columns import SearchWords, UTCDateTime
from routehub.migrate import compared


def render_item(kind: str, item: Any, found: AutogenContext) -> str | Literal[False]:
    """Migrations name SQLAlchemy's own types, so that an old one does not change with our code."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, SearchWords):
        found.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql")'
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


def same_type(_context: Any, _column: Any, _metadata: Any, found: sa.types.TypeEngine[Any], wanted: Any) -> bool | None:
    """Whether a type differs: our own type decorators are compared by what they store."""
    if isinstance(wanted, UTCDateTime):
        return not isinstance(found, sa.DateTime)
    return None


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=same_type,
    include_name=compared,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
