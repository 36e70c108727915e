*** Settings ***
Documentation    Connect and disconnect: what they return, whom they call, what they change.

Resource         resources/connmgr.resource

Test Setup       Open Usual Device

Test Tags        control


*** Test Cases ***
Connect Takes Interface Up And Calls Implementation
    [Documentation]    An admin-down interface goes admin-up first; the call does not wait.
    [Tags]    REQ-CTL-001    REQ-CTL-005    REQ-CTL-011    REQ-CTL-012
    Set Flag    A    NO_AUTO_CONNECT    on
    Add Address    A    ${ADDRESS}
    Let Association Take    A    2 s
    Connect Interface    A
    Interface Should Be    A    admin-up    dormant
    Event Should Occur Within    2.5 s    L4_CONNECTED    A    not_before=1.9 s
    Implementation Should Have Been Called    A    connect    1

Unbound Interface Cannot Be Connected
    [Documentation]    Connect and disconnect return -ENOTSUP and change nothing.
    [Tags]    REQ-CTL-002    REQ-CTL-014
    Connect Interface    U    returns=-ENOTSUP
    Disconnect Interface    U    returns=-ENOTSUP
    Only These Events Should Have Occurred
    Interface Should Be    U    admin-down    unbound

Implementation's Error Is Returned
    [Documentation]    The status comes back unchanged; the interface stays admin-up.
    [Tags]    REQ-CTL-007    REQ-CTL-009
    Use Manual Control    A
    Turn Knob    A    connect_rc    -5
    Connect Interface    A    returns=-EIO
    Interface Should Be    A    admin-up    dormant

Every Connect Is Forwarded
    [Documentation]    Also while connecting and while connected; one attempt is made all the same.
    [Tags]    REQ-CTL-010    REQ-IMP-006    REQ-IMP-007
    Use Manual Control    A
    Let Association Take    A    300 ms
    Connect Interface    A
    Connect Interface    A
    Event Should Occur Within    1 s    IF_UP    A
    Connect Interface    A
    No Event Should Occur Within    5 s
    Implementation Should Have Been Called    A    connect    3
    Attempts Should Be    A    1

Disconnect Ends Connection
    [Documentation]    The interface goes oper-down, the device disconnects, nothing reconnects it.
    [Tags]    REQ-CTL-013    REQ-CTL-018    REQ-AUTO-012
    Skip Unless Device Has    autodown
    Set Flag    A    PERSISTENT    on
    Make Interface Connected    A
    Disconnect Interface    A
    Only These Events Should Have Occurred    IF_DOWN(A)    {L4_DISCONNECTED(A) IF_ADMIN_DOWN(A)}
    No Event Should Occur Within    10 s
    Attempts Should Be    A    1

Disconnect Cancels An Attempt
    [Documentation]    Neither success nor timeout comes afterwards.
    [Tags]    REQ-CTL-017
    Set Flag    A    NO_AUTO_DOWN    on
    Let Association Take    A    1 s
    Set Timeout    A    2 s
    Take Interface Up    A
    Disconnect Interface    A
    No Event Should Occur Within    10 s
    Interface Should Be    A    dormant

Disconnect Of An Interface That Is Down Does Nothing
    [Documentation]    It returns 0 and calls nobody.
    [Tags]    REQ-CTL-015
    Disconnect Interface    A
    Only These Events Should Have Occurred
    Implementation Should Have Been Called    A    disconnect    0

Settings Are Kept Apart
    [Documentation]    Flags, timeouts and options of one interface do not touch those of another.
    [Tags]    REQ-CTL-030    REQ-CTL-033    REQ-CTL-040
    Timeout Should Be    A    0
    Set Timeout    A    30 s
    Set Flag    A    PERSISTENT    on
    Set Option    A    1    0a0b0c0d
    Timeout Should Be    A    30 s
    Flag Should Be    A    PERSISTENT    on
    Option Should Be    A    1    0a0b0c0d
    Timeout Should Be    B    0
    Flag Should Be    B    PERSISTENT    off
    Option Should Be    B    1    00000000

Settings That Do Not Exist Are Refused
    [Documentation]    An unknown flag is -EINVAL, a setting of an unbound interface -ENOTSUP.
    [Tags]    REQ-CTL-031    REQ-CTL-034    REQ-CTL-035    REQ-CTL-039
    Set Flag    A    77    on    returns=-EINVAL
    Set Flag    U    PERSISTENT    on    returns=-ENOTSUP
    Set Timeout    U    5 s    returns=-ENOTSUP
    Set Option    U    1    0a0b0c0d    returns=-ENOTSUP

Fatal Error Ends The Attempt
    [Documentation]    FATAL_ERROR comes once, with its info, and nothing tries again.
    [Tags]    REQ-CTL-028    REQ-CTL-029    REQ-AUTO-011    REQ-EVT-015
    Skip Unless Device Has    autodown
    Set Flag    A    PERSISTENT    on
    Take Interface Up    A
    Forget Events
    Meet Fatal Error    A    info=7
    Only These Events Should Have Occurred    CONN_IF_FATAL_ERROR(A)    IF_ADMIN_DOWN(A)
    No Event Should Occur Within    10 s
    Attempts Should Be    A    1
