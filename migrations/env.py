"""Alembic environment: the SQLModel classes are the only table definitions, on SQLite and PostgreSQL."""

from alembic import context
from sqlmodel import SQLModel

from routehub import tables  # noqa: F401 - registers every table

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
