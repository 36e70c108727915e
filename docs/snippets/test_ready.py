def test_an_address_makes_an_interface_ready(cm):
    cm.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")
    cm.do("addr4 U add 192.0.2.1", "IPV4_ADDR_ADD(U) L4_CONNECTED(U)")
