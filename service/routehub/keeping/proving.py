"""A backup is one when it has been restored: into an empty database, brought to the newest form, every chain computed
again (PROMISES A8)."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.journal.verify import Progress
from routehub.keeping import manifest as manifests
from routehub.keeping.content import content, differing, must_verify
from routehub.keeping.loading import check_form, load, name_form
from routehub.keeping.manifest import Manifest
from routehub.migrate import upgrade


def prove(folder: Path, server: str, progress: Progress) -> Manifest:
    """Restore a backup into a database of its own and compare; answers the manifest with the time of the proof.

    server: the address of the hub's database, beside which the scratch database of PostgreSQL is made.
    Errors: HubError with what does not fit.
    """
    manifest = manifests.read(folder)
    check_form(manifest)
    manifests.check_files(folder, manifest)
    with _scratch(folder, manifest, server) as url:
        load(folder, manifest, url, progress)
        db = Database(url, read_threads=1)
        try:
            with db.writer.begin() as conn:
                name_form(conn, manifest)
                if found := differing(manifest.content, content(conn)):
                    raise HubError(f"What was restored is not what the backup is of: {'; '.join(found)}.")
            upgrade(db)
            db.read_sync(lambda conn: must_verify(conn, progress))
        finally:
            db.close()
    return manifest.model_copy(update={"proven_at": wall()})


@contextlib.contextmanager
def _scratch(folder: Path, manifest: Manifest, server: str) -> Iterator[str]:
    """The address of an empty database that is gone afterwards; a file of SQLite lies beside the backup, where there
    was room for it."""
    if manifest.database == "sqlite":
        made = Path(tempfile.mkdtemp(prefix=".proof-", dir=folder.parent))
        try:
            yield f"sqlite:///{made / 'proof.sqlite'}"
        finally:
            shutil.rmtree(made)
        return
    if not server.startswith("postgresql"):
        raise HubError("A backup of PostgreSQL is proven on a PostgreSQL server: name one by ROUTEHUB_DATABASE_URL.")
    from routehub.keeping import postgres

    with postgres.scratch(server) as url:
        yield url
