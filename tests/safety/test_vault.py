"""Secrets at rest."""

from pathlib import Path

import pytest

from routehub.core.vault import MARK, Vault, WrongKey


def test_what_lies_in_the_database_says_nothing_and_opens_for_its_owner_alone(tmp_path: Path):
    vault = Vault(tmp_path / "hub" / "secrets.key")
    sealed = vault.seal("JBSWY3DPEHPK3PXP", "ana")
    assert sealed.startswith(MARK)
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert sealed != vault.seal("JBSWY3DPEHPK3PXP", "ana"), "equal secrets look different"
    assert Vault(vault.file).open(sealed, "ana") == "JBSWY3DPEHPK3PXP", "also after a restart"
    with pytest.raises(WrongKey):
        vault.open(sealed, "bor")
    assert vault.file.stat().st_mode & 0o777 == 0o600


def test_a_lost_or_other_key_is_said_in_words(tmp_path: Path):
    vault = Vault(tmp_path / "secrets.key")
    sealed = vault.seal("secret", "ana")
    other = Vault(tmp_path / "other.key")
    other.seal("x", "x")
    with pytest.raises(WrongKey, match="Put the right file back"):
        other.open(sealed, "ana")
    vault.file.unlink()
    with pytest.raises(WrongKey, match="cannot be read"):
        Vault(vault.file).open(sealed, "ana")
    (tmp_path / "short.key").write_bytes(b"x")
    with pytest.raises(WrongKey, match="no key of 32 bytes"):
        Vault(tmp_path / "short.key").seal("x", "x")


def test_what_was_stored_before_there_was_a_key_still_opens(tmp_path: Path):
    assert Vault(tmp_path / "secrets.key").open("GEZDGNBVGY3TQOJQ", "ana") == "GEZDGNBVGY3TQOJQ"
