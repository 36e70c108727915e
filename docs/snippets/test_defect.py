def test_nothing_is_asserted_here_and_yet_it_fails(cm, cm_network, cm_advance):
    cm.do("defect timeout_retried on")  # a mistake that our own firmware can make on purpose
    iface = cm_network.bound[0]
    iface.knob("mode", "never")
    iface.set_flag("PERSISTENT", on=True)
    iface.set_flag("NO_AUTO_DOWN", on=True)
    iface.set_timeout(2)
    iface.up()
    cm_advance(5)
