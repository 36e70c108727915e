*** Settings ***
Documentation    What a device shows when it starts, and how a listener that came late learns the state.

Resource         resources/connmgr.resource

Test Setup       Open Usual Device

Test Tags        boot


*** Test Cases ***
Only Auto-Started Interface Is Up After Boot
    [Documentation]    It is connecting; all others are admin-down and were not touched.
    [Tags]    REQ-MON-028    REQ-AUTO-003    REQ-AUTO-020    REQ-AUTO-021    REQ-CTL-042
    Interface Should Be    D    admin-up    dormant
    Implementation Should Have Been Called    D    init    1
    Attempts Should Be    D    1
    FOR    ${iface}    IN    A    B    C    U    V
        Interface Should Be    ${iface}    admin-down    watched
    END
    Implementation Should Have Been Called    A    connect    0
    Event Should Not Have Occurred    L4_CONNECTED
    Event Should Not Have Occurred    L4_DISCONNECTED

Restarted Device Forgets
    [Documentation]    Flags, timeouts and ignore marks do not outlive a restart.
    [Tags]    REQ-CTL-030    REQ-CTL-033
    Set Flag    A    PERSISTENT    on
    Set Timeout    A    9 s
    Ignore Interface    A
    Restart Device
    Flag Should Be    A    PERSISTENT    off
    Timeout Should Be    A    0
    Interface Should Be    A    watched

Reset Brings Everything Back
    [Documentation]    The probe's reset leaves an interface as after boot.
    [Tags]    REQ-AUTO-020
    Make Interface Connected    A
    Ignore Interface    V
    Reset Device
    Interface Should Be    A    admin-down    not-ready
    Interface Should Be    V    watched
    Interface Should Be    D    admin-up    dormant

Resend Before Anything Was Ready
    [Documentation]    It reports disconnected, without an interface.
    [Tags]    REQ-RSD-003
    Skip Unless Device Has    no-own-auto
    Resend Status
    Only These Events Should Have Occurred    L4_DISCONNECTED(-)

Resend Repeats The Present Status
    [Documentation]    As often as asked, and without changing anything.
    [Tags]    REQ-RSD-001    REQ-RSD-002    REQ-RSD-005    REQ-RSD-009
    Make Interface Ready    U
    FOR    ${_}    IN RANGE    3
        Resend Status
        Only These Events Should Have Occurred    L4_CONNECTED(U)
    END
    Take Interface Down    U
    Event Should Have Occurred    L4_DISCONNECTED    U
    Resend Status
    Only These Events Should Have Occurred    L4_DISCONNECTED(U)

Late Listener Learns The State
    [Documentation]    Events are not replayed to it; resend tells it.
    [Tags]    REQ-RSD-004    REQ-EVT-016    REQ-EVT-018
    Make Interface Ready    U
    Register Listener    late1    L4_CONNECTED    L4_DISCONNECTED
    Event Should Not Have Occurred    L4_CONNECTED    listener=late1
    Resend Status
    Event Should Have Occurred    L4_CONNECTED    U    listener=late1
    Remove Listener    late1
    Take Interface Down    U
    Event Should Not Have Occurred    L4_DISCONNECTED    listener=late1

Ignored Devices Are Reported Disconnected
    [Documentation]    While everything is ignored, resend says so.
    [Tags]    REQ-RSD-008
    Make Interface Ready    U
    Ignore Interface    U
    Event Should Have Occurred    L4_DISCONNECTED    U
    Resend Status
    Only These Events Should Have Occurred    L4_DISCONNECTED(U)
