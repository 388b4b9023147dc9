"""The bulletin and the monitoring report as pages, without scripts."""

from tests.web.conftest import ON_SQLITE

pytestmark = ON_SQLITE


def test_a_report_is_asked_for_by_week_or_days_and_says_what_is_wrong(stage, paper):
    slovenia = paper("SI")
    assert "There is no bulletin yet." in slovenia.open("/bulletin").words
    assert slovenia.open("/bulletin/2016-01-21").status == 404
    assert slovenia.open("/bulletin/2016-02-31").status == 404
    report = slovenia.open("/report")
    assert report.title.startswith("Monitoring report: 0 overdue")
    assert "17 points without a commitment" in report.words
    wrong = slovenia.open("/report?week=&first=2015-12-15&last=soon")
    assert (wrong.status, wrong.title.startswith("Error: Monitoring report")) == (422, True)
    assert "Enter the last day, such as 2015-12-15." in wrong.words
    right = slovenia.open("/report?plan=wbr-2015-final&week=&first=2015-12-01&last=2015-12-15")
    assert right.status == 200, right.words
    assert "1 December 2015" in right.words
    assert slovenia.open("/report?week=2099-W01").status == 422
    assert slovenia.open("/report?plan=another").status == 404
