"""A system proves itself by its certificate to the proxy: what the proxy says counts, what others say does not."""

import re
import shutil
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from routehub.api.forwarded import fingerprint
from routehub.core.clock import wall
from routehub.core.errors import Refused
from routehub.directory import certificates
from tests.fixtures.hub import HubProcess
from tests.fixtures.office import Office, open_door
from tests.fixtures.ports import find_free_port
from tests.fixtures.waiting import wait_for

PROXY = "127.0.0.2"
"""From where the proxy of these tests asks, so that it can be told from everybody else on this machine."""
SETTINGS = {"trusted_proxy": PROXY, "client_certificate_header": "Client-Cert"}
P256, ODD_CURVE = bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d030106")
VERSION_3, VERSION_8 = bytes.fromhex("a003020102"), bytes.fromhex("a003020107")


def certificate(folder: Path, name: str) -> Path:
    """A key and a certificate that it signs itself, as one PEM file; answers the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(wall() - timedelta(days=1))
        .not_valid_after(wall() + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )  # fmt: skip
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / f"{name}.pem"
    file.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    return file


def public(file: Path) -> str:
    return file.read_text().partition("-----BEGIN PRIVATE KEY")[0]


def signed(file: Path, line: str) -> str:
    """The line, signed with the private key of the file, as base64."""
    key = load_pem_private_key(file.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return b64encode(key.sign(line.encode(), ec.ECDSA(SHA256()))).decode()


def test_the_forms_in_which_proxies_pass_a_certificate_are_one(tmp_path: Path):
    pem = public(certificate(tmp_path, "si"))
    found = x509.load_pem_x509_certificate(pem.encode())
    body = "".join(pem.split("\n")[1:-2])
    expected = found.fingerprint(SHA256()).hex()
    assert {fingerprint(said) for said in (quote(pem), f":{body}:", body)} == {expected}
    assert [fingerprint(said) for said in ("", "x", "::", "%00", "é", "-----BEGIN CERTIFICATE-----")] == [None] * 6


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [(P256, ODD_CURVE, "kind-of-key"), (VERSION_3, VERSION_8, "not-a-certificate")],
)
def test_an_odd_certificate_is_refused_and_no_fault(tmp_path: Path, right: bytes, wrong: bytes, code: str):
    whole = x509.load_pem_x509_certificate(public(certificate(tmp_path, "odd")).encode()).public_bytes(Encoding.DER)
    pem = ssl.DER_cert_to_PEM_cert(whole.replace(right, wrong, 1))
    with pytest.raises(Refused) as refusal:
        certificates.check_proof(certificates.read(pem, wall())[0], "a line", "AAAA")
    assert [problem.code for problem in refusal.value.problems] == [code]


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_registered_certificate_is_a_key_and_only_from_the_proxy(office: Office, tmp_path: Path):
    ours, other = certificate(tmp_path, "si"), certificate(tmp_path, "other")
    async with open_door(office, tmp_path, **SETTINGS) as door:
        ana = await door.of("ana")
        new = {"system": "border-system", "scopes": ["read:feed", "post:report"], "certificate": public(ours)}
        (unproved,) = (await ana.post("/v1/keys", json=new)).json()["problems"]
        assert (unproved["pointer"], unproved["code"]) == ("/proof", "proof-needed")
        line = unproved["suggestion"]
        assert line.endswith(f" wbr SI border-system sha256:{fingerprint(quote(public(ours)))}")
        for_another = line.replace(" SI ", " MK ")
        for proof in (signed(other, line), signed(ours, for_another), "AAAA"):
            (problem,) = (await ana.post("/v1/keys", json=new | {"proof": proof})).json()["problems"]
            assert problem["code"] == "wrong-proof", "by another key, for another party, or not at all"
        new["proof"] = signed(ours, line)
        made = await ana.post("/v1/keys", json=new)
        assert (made.status_code, made.json()["key"]) == (201, None), made.text
        assert made.json()["certificate"] == fingerprint(quote(public(ours)))
        again = await ana.post("/v1/keys", json=new)
        assert (again.status_code, again.json()["problems"][0]["code"]) == (422, "in-use")
        wrong = await ana.post("/v1/keys", json=new | {"certificate": "none"})
        assert wrong.json()["problems"][0]["code"] == "not-a-certificate"

        async def me(peer: str, said: str, method: str = "GET", path: str = "/v1/me") -> httpx.Response:
            transport = httpx.ASGITransport(door.app, client=(peer, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://hub.example") as client:
                return await client.request(method, path, headers={"Client-Cert": said})

        assert (await me(PROXY, quote(public(ours)))).json()["party"]["code"] == "SI"
        assert (await me("192.0.2.7", quote(public(ours)))).status_code == 401, "anybody can write a header"
        assert (await me(PROXY, quote(public(other)))).status_code == 401
        for peer in (PROXY, "192.0.2.7"):
            await me(peer, quote(public(ours)), "POST", "/v1/reports")
        (noted,) = door.hub.pushes._waiting.values()
        assert [(push.key, push.status) for push in noted] == [(made.json()["id"], 415)], "its log is kept as any key's"
        assert (await ana.post(f"/v1/keys/{made.json()['id']}/revoke")).status_code == 200
        assert (await me(PROXY, quote(public(ours)))).status_code == 401


CONFIGURATION = """
pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {server}; ssl_certificate_key {server};
    # The handshake proves that the caller has the key; the hub knows whose certificate it is by its fingerprint.
    ssl_verify_client optional_no_ca;
    location / {{
      proxy_pass http://127.0.0.1:{hub}; proxy_bind {proxy};
      proxy_set_header X-Forwarded-For $remote_addr;
      # Always set, so that what a caller wrote into it is gone.
      proxy_set_header Client-Cert $ssl_client_escaped_cert;
    }}
  }}
}}
"""


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Callable[[int, Path], str]]:
    """A real nginx before the hub on a port: `nginx(port, certificate)` gives its address."""
    program = shutil.which("nginx")
    if program is None:
        pytest.skip("nginx is not installed")
    running: list[subprocess.Popen[bytes]] = []

    def start(hub: int, server: Path) -> str:
        port, file = find_free_port(), tmp_path / "nginx.conf"
        file.write_text(CONFIGURATION.format(folder=tmp_path, port=port, hub=hub, server=server, proxy=PROXY))
        running.append(subprocess.Popen([program, "-c", str(file), "-p", str(tmp_path), "-e", str(tmp_path / "e.log")]))
        wait_for((tmp_path / "nginx.pid").exists, 10, "nginx")
        return f"https://127.0.0.1:{port}"

    yield start
    for process in running:
        process.terminate()
        process.wait(10)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_behind_a_real_proxy_the_handshake_says_who_it_is(
    office: Office, start_hub: Callable[..., HubProcess], nginx: Callable[[int, Path], str], tmp_path: Path
):
    ours = certificate(tmp_path, "si")
    hub = start_hub(office.url, **SETTINGS)
    make = ("keys", "make", "SI", "border-system", "--certificate", str(ours))
    line = re.search(
        r"routehub certificate \S+ wbr SI border-system sha256:[0-9a-f]{64}", hub.command(*make, check=False).stderr
    )
    assert line is not None
    proof = tmp_path / "proof.base64"
    openssl = ["openssl", "dgst", "-sha256", "-sign", str(ours)]
    proof.write_bytes(
        b64encode(subprocess.run(openssl, input=line[0].encode(), capture_output=True, check=True).stdout)
    )
    hub.command(*make, "--proof", str(proof))
    address = nginx(hub.port, certificate(tmp_path, "server"))

    def me(url: str, with_file: Path | None, **headers: str) -> httpx.Response:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if with_file is not None:
            context.load_cert_chain(with_file)
        with httpx.Client(verify=context, trust_env=False) as client:
            return client.get(f"{url}/v1/me", headers=headers)

    forged = {"Client-Cert": quote(public(ours))}
    wait_for(lambda: me(address, ours).status_code == 200, 10, "the key that was made at the terminal")
    assert me(address, ours).json()["party"]["code"] == "SI"
    assert me(address, None, **forged).status_code == 401, "the proxy writes over what the caller wrote"
    assert me(hub.url, None, **forged).status_code == 401, "and whoever goes past the proxy is not believed"
    assert me(address, certificate(tmp_path, "other"), **forged).status_code == 401
