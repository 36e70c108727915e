*** Settings ***
Documentation    Automatic connect and automatic admin-down, and the flags that prevent them.

Resource         resources/connmgr.resource

Test Setup       Open Usual Device

Test Tags        automations


*** Test Cases ***
Interface That Comes Up Is Connected
    [Documentation]    Admin-up of a bound interface starts an attempt.
    [Tags]    REQ-AUTO-001    REQ-EVT-017
    Add Address    A    ${ADDRESS}
    Let Association Succeed At Once    A
    Take Interface Up    A
    Only These Events Should Have Occurred
    ...    ${ADDRESS_ADDED}(A)    IF_ADMIN_UP(A)    IF_UP(A)    L4_CONNECTED(A)
    Implementation Should Have Been Called    A    connect    1

Automatic Connect Can Be Switched Off
    [Documentation]    NO_AUTO_CONNECT prevents it, and clearing it later does not connect.
    [Tags]    REQ-AUTO-002    REQ-AUTO-005
    Set Flag    A    NO_AUTO_CONNECT    on
    Take Interface Up    A
    Set Flag    A    NO_AUTO_CONNECT    off
    No Event Should Occur Within    2 s
    Implementation Should Have Been Called    A    connect    0

Failed Automatic Connect Is Not Repeated
    [Documentation]    The interface stays admin-up and idle.
    [Tags]    REQ-AUTO-004
    Turn Knob    A    connect_rc    -5
    Take Interface Up    A
    No Event Should Occur Within    5 s
    Interface Should Be    A    admin-up    dormant
    Implementation Should Have Been Called    A    connect    1

Unbound Interface Has No Automations
    [Documentation]    A timeout raised for it is delivered and does nothing.
    [Tags]    REQ-AUTO-006
    Make Interface Ready    U
    Raise Event    CONN_IF_TIMEOUT    U
    Only These Events Should Have Occurred    CONN_IF_TIMEOUT(U)
    Interface Should Be    U    admin-up    ready

Automatic Admin-Down Can Be Switched Off
    [Documentation]    NO_AUTO_DOWN holds for loss, disconnect and fatal error.
    [Tags]    REQ-AUTO-015    REQ-CTL-026
    Set Flag    A    NO_AUTO_DOWN    on
    Make Interface Connected    A
    Lose Connection    A
    Interface Should Be    A    admin-up    dormant
    Connect Interface    A
    Disconnect Interface    A
    Interface Should Be    A    admin-up    dormant
    Meet Fatal Error    A
    Interface Should Be    A    admin-up
    Event Should Not Have Occurred    IF_ADMIN_DOWN    A

One Interface's Flag Does Not Protect Another
    [Documentation]    NO_AUTO_DOWN of A leaves B as it is.
    [Tags]    REQ-AUTO-017
    Skip Unless Device Has    autodown
    Set Flag    A    NO_AUTO_DOWN    on
    Make Interface Connected    A
    Make Interface Connected    B    ${OTHER_ADDRESS}
    Lose Connection    A
    Lose Connection    B
    Interface Should Be    A    admin-up
    Interface Should Be    B    admin-down

Up After Automatic Admin-Down Connects Again
    [Documentation]    Nothing is left over from the connection that was lost.
    [Tags]    REQ-AUTO-018    REQ-AUTO-019    REQ-AUTO-023
    Skip Unless Device Has    autodown
    Make Interface Connected    A
    Lose Connection    A
    Interface Should Be    A    admin-down
    Forget Events
    Take Interface Up    A
    Event Should Have Occurred    L4_CONNECTED    A
    Implementation Should Have Been Called    A    disconnect    0

Ignored Interface Is Controlled All The Same
    [Documentation]    Only its L4 events are missing.
    [Tags]    REQ-IGN-014    REQ-IGN-015
    Skip Unless Device Has    autodown
    Add Address    A    ${ADDRESS}
    Let Association Succeed At Once    A
    Ignore Interface    A
    Take Interface Up    A
    Event Should Have Occurred    IF_UP    A
    Event Should Not Have Occurred    L4_CONNECTED
    Lose Connection    A
    Interface Should Be    A    admin-down    ignored
