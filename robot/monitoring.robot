*** Settings ***
Documentation    Readiness, counting, ignoring: when L4_CONNECTED and L4_DISCONNECTED come, and when not.

Resource         resources/connmgr.resource

Test Setup       Open Usual Device

Test Tags        monitoring


*** Test Cases ***
First IPv4 Address Makes Interface Ready
    [Documentation]    The first address of the only interface that is up connects the device.
    [Tags]    REQ-MON-001    REQ-EVT-007
    Skip Unless Device Has    ipv4
    Take Interface Up    U
    Add Address    U    ${ADDRESS}
    Only These Events Should Have Occurred
    ...    IF_ADMIN_UP(U)    IF_UP(U)    ${ADDRESS_ADDED}(U)    L4_CONNECTED(U)
    Interface Should Be Ready    U

First IPv6 Address Makes Interface Ready
    [Documentation]    As with IPv4; without duplicate address detection it counts at once.
    [Tags]    REQ-MON-002
    Skip Unless Device Has    ipv6
    Take Interface Up    U
    Add Address    U    ${IPV6}
    Event Should Have Occurred    L4_CONNECTED    U

Address Waits For Interface To Come Up
    [Documentation]    Neither an address alone nor oper-up alone makes an interface ready.
    [Tags]    REQ-MON-003    REQ-MON-004
    Add Address    U    ${ADDRESS}
    Event Should Not Have Occurred    L4_CONNECTED
    Take Interface Up    U
    Event Should Have Occurred    L4_CONNECTED    U
    Take Interface Down    U
    Remove Address    U    ${ADDRESS}
    Forget Events
    Take Interface Up    U
    No Event Should Occur Within    1 s    L4_CONNECTED
    Interface Should Not Be Ready    U

Carrier Decides About Readiness
    [Documentation]    A pulled cable disconnects the device while the interface stays admin-up.
    [Tags]    REQ-MON-005    REQ-MON-008
    Make Interface Ready    U
    Set Carrier    U    off
    Only These Events Should Have Occurred    IF_DOWN(U)    L4_DISCONNECTED(U)
    Interface Should Be    U    admin-up    oper-down    no-carrier
    Set Carrier    U    on
    Only These Events Should Have Occurred    IF_UP(U)    L4_CONNECTED(U)

Dormant Interface Is Not Ready
    [Documentation]    Becoming dormant ends readiness, waking restores it.
    [Tags]    REQ-MON-006    REQ-MON-009
    Make Interface Ready    U
    Set Dormant    U    on
    Only These Events Should Have Occurred    IF_DOWN(U)    L4_DISCONNECTED(U)
    Interface Should Be    U    admin-up    dormant    not-ready
    Set Dormant    U    off
    Only These Events Should Have Occurred    IF_UP(U)    L4_CONNECTED(U)

Only First And Last Interface Are Told
    [Documentation]    A second ready interface comes and goes in silence.
    [Tags]    REQ-MON-017    REQ-MON-018    REQ-MON-019
    Make Interface Ready    U
    Take Interface Up    V
    Add Address    V    ${OTHER_ADDRESS}
    Event Should Not Have Occurred    L4_CONNECTED
    Take Interface Down    U
    Event Should Not Have Occurred    L4_DISCONNECTED
    Take Interface Down    V
    Event Should Have Occurred    L4_DISCONNECTED    V

Ignored Interface Does Not Count
    [Documentation]    Ignoring the only ready interface disconnects; watching it connects again.
    [Tags]    REQ-IGN-001    REQ-IGN-002    REQ-IGN-005    REQ-IGN-008
    Make Interface Ready    U
    Ignore Interface    U
    Only These Events Should Have Occurred    L4_DISCONNECTED(U)
    Interface Should Be    U    oper-up    ignored    not-ready
    Ignore Interface    U
    Only These Events Should Have Occurred
    Watch Interface    U
    Only These Events Should Have Occurred    L4_CONNECTED(U)

Ignoring A Layer Tells Once
    [Documentation]    All interfaces of an L2 are ignored at once, with one event.
    [Tags]    REQ-IGN-009    REQ-IGN-010    REQ-IGN-011
    Make Interface Ready    U
    Make Interface Ready    V    ${OTHER_ADDRESS}
    Ignore Layer    DUMMY
    Only These Events Should Have Occurred    L4_DISCONNECTED(*)
    Interface Should Be    C    watched
    Watch Layer    DUMMY
    Only These Events Should Have Occurred    L4_CONNECTED(*)

Many Cycles Give As Many Events
    [Documentation]    Twenty times down and up give twenty of each event, and none more.
    [Tags]    REQ-MON-022    REQ-EVT-001
    Make Interface Ready    U
    FOR    ${_}    IN RANGE    20
        Take Interface Down    U
        Only These Events Should Have Occurred    IF_ADMIN_DOWN(U)    IF_DOWN(U)    L4_DISCONNECTED(U)
        Take Interface Up    U
        Only These Events Should Have Occurred    IF_ADMIN_UP(U)    IF_UP(U)    L4_CONNECTED(U)
    END
