import pytest


@pytest.mark.req("REQ-CTL-019", "REQ-CTL-022")
@pytest.mark.needs("autodown")
def test_an_attempt_times_out_once(network, advance):
    iface = network.bound[0]
    iface.knob("mode", "never")
    iface.set_timeout(2)
    iface.up()
    advance(10)
    assert iface.counters()["timeouts"] == "1"
    assert not iface.state().admin
