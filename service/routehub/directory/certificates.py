"""A certificate in the place of a key's secret: who registers it shows that its private key is theirs, and for whom.

The proof is a signature over one line that names this journal, the route, the party, the system and the certificate.
One made for a party is of no use to another, so a certificate that others have seen cannot be registered by them first,
and nothing has to be kept between asking and answering.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256

from routehub.core.errors import Refused, refused


def read(pem: str, wall: datetime) -> tuple[x509.Certificate, int]:
    """A certificate in PEM (RFC 7468), and the whole days for which it still holds. Errors: 422."""
    try:
        found = x509.load_pem_x509_certificate(pem.encode())
    except (ValueError, x509.InvalidVersion):
        raise refused("/certificate", "not-a-certificate", "This is no certificate in PEM.") from None
    left = (found.not_valid_after_utc - wall).days
    if left < 1 or found.not_valid_before_utc > wall:
        raise refused("/certificate", "term", "This certificate does not hold now, or ends within a day.")
    return found, left


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(SHA256()).hex()


def line(certificate: x509.Certificate, *, journal: str, route: str, party: str, system: str) -> str:
    """What is signed."""
    return f"routehub certificate {journal} {route} {party} {system} sha256:{fingerprint(certificate)}"


def check_proof(certificate: x509.Certificate, text: str, proof: str | None) -> None:
    """Errors: 422 with the line to sign when there is no proof, or one that does not fit."""
    how = (
        "Sign this line with the private key of the certificate, and give the signature as base64 in proof: "
        f"printf '%s' '{text}' | openssl dgst -sha256 -sign KEY.pem | base64 -w0"
    )
    if proof is None:
        raise refused("/proof", "proof-needed", f"Show that the private key is yours. {how}", suggestion=text)
    try:
        signature = b64decode("".join(proof.split()), validate=True)
    except (NotBase64, ValueError):
        raise refused("/proof", "not-base64", f"This is no base64. {how}", suggestion=text) from None
    if not any(_signed(certificate, signature, said) for said in (text, f"{text}\n")):
        raise refused("/proof", "wrong-proof", f"This does not sign the line. {how}", suggestion=text)


def _signed(certificate: x509.Certificate, signature: bytes, text: str) -> bool:
    key, said = _key(certificate), text.encode()
    try:
        if isinstance(key, EllipticCurvePublicKey):
            key.verify(signature, said, ECDSA(SHA256()))
        elif isinstance(key, RSAPublicKey):
            key.verify(signature, said, PKCS1v15(), SHA256())
        elif isinstance(key, Ed25519PublicKey):
            key.verify(signature, said)
        else:
            raise _other_kind()
    except InvalidSignature:
        return False
    return True


def _key(certificate: x509.Certificate) -> CertificatePublicKeyTypes:
    """The key is read only now: of a curve that is not known, or broken, while the rest of the certificate was fine."""
    try:
        return certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise _other_kind() from None


def _other_kind() -> Refused:
    return refused("/certificate", "kind-of-key", "Certificates have a key of RSA, of a curve of NIST, or ed25519.")
