import pytest


@pytest.mark.cm_req("REQ-CTL-019", "REQ-CTL-022")
@pytest.mark.cm_needs("autodown")
def test_an_attempt_times_out_once(cm_network, cm_advance):
    iface = cm_network.bound[0]
    iface.knob("mode", "never")
    iface.set_timeout(2)
    iface.up()
    cm_advance(10)
    assert iface.counters()["timeouts"] == "1"
    assert not iface.state().admin
