"""What travels compressed, and what does not so that no other site learns from its length."""

import gzip

import pytest

from routehub.web.compression import takes_gzip
from tests.web.conftest import ON_SQLITE


@pytest.mark.parametrize(
    ("accepts", "takes"),
    [
        ("gzip, deflate, br", True), ("br;q=1.0, GZIP;q=0.8", True), ("*", True), ("", False), ("identity", False),
        ("gzip;q=0", False), ("gzip; q=0.000, br", False),
    ],
)  # fmt: skip
def test_gzip_is_sent_to_who_takes_it(accepts: str, takes: bool):
    assert takes_gzip(accepts) is takes


@ON_SQLITE
def test_a_page_is_compressed_for_our_own_site_alone_and_a_file_for_everybody(paper):
    client = paper("SI").client
    lengths = {}
    for site in ("same-origin", "none", "cross-site", "same-site", None):
        headers = {"Sec-Fetch-Site": site} if site else {}
        with client.stream("GET", "/alerts/new", headers=headers) as answer:
            lengths[site] = (answer.headers.get("content-encoding"), len(b"".join(answer.iter_raw())))
    assert {site for site, (coding, _) in lengths.items() if coding == "gzip"} == {"same-origin", "none"}
    assert lengths["same-origin"][1] * 2 < lengths["cross-site"][1]
    style = client.get("/sign-in").text.partition('href="/static/routehub.css')[2].partition('"')[0]
    with client.stream("GET", f"/static/routehub.css{style}", headers={"Sec-Fetch-Site": "cross-site"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(packed).startswith(b"/*")
