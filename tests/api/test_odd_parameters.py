"""Parameters at the ends of what can be written are refused in words, never by a failure of the hub."""

from tests.fixtures.furnished import Inside

OUT_OF_BOUNDS = (
    "/v1/figures?after=2015-10-20_99999999999999999999999_2015-10-20T00:00:00",
    "/v1/figures?after=2015-10-20_wbr_0001-01-01T00:00:00%2B14:00", "/v1/figures?after=__",
    "/v1/figures?after=2015-13-20_wbr_2015-10-20T00:00:00Z",
    "/v1/figures?as_of=0001-01-01T00:00:00%2B14:00",
    "/v1/figures?as_of=9999-12-31T23:59:59-14:00", "/v1/reporting?to=0001-01-01",
    "/v1/reporting?from=9999-12-31", "/v1/reporting?from=0001-01-01&to=0001-01-02",
)  # fmt: skip


async def test_times_and_cursors_out_of_bounds_are_refused(hub: Inside):
    for address in OUT_OF_BOUNDS:
        answer = await hub.get("MK", address)
        assert answer.status_code in (400, 422), (address, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_every_type_of_problem_is_explained(hub: Inside):
    page = await hub.get("MK", "/docs/problems")
    assert page.status_code == 200
    assert 'id="form-outdated"' in page.text
