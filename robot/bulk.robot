*** Settings ***
Documentation    The functions that act on all interfaces at once.

Resource         resources/connmgr.resource

Test Setup       Open Usual Device

Test Tags        bulk


*** Test Cases ***
All Interfaces Go Up And Down
    [Documentation]    Those that are there already are passed over, so a second call does nothing.
    [Tags]    REQ-BULK-001    REQ-BULK-003    REQ-BULK-004    REQ-BULK-006
    Skip Unless Device Has    no-own-auto
    Take All Interfaces Up
    Interface Should Be    A    admin-up
    Interface Should Be    U    admin-up
    Forget Events
    Take All Interfaces Up
    Event Should Not Have Occurred    IF_ADMIN_UP
    Take All Interfaces Down
    Interface Should Be    D    admin-down
    Take All Interfaces Down

Ignored Interfaces Can Be Left Alone
    [Documentation]    With skip_ignored an ignored interface is neither taken up nor down.
    [Tags]    REQ-BULK-002    REQ-BULK-005
    Ignore Interface    U
    Take All Interfaces Up    skip_ignored=True
    Interface Should Be    U    admin-down
    Interface Should Be    V    admin-up
    Take Interface Up    U
    Take All Interfaces Down    skip_ignored=True
    Interface Should Be    U    admin-up
    Interface Should Be    V    admin-down

Ignored Interfaces Are Included Otherwise
    [Documentation]    Without skip_ignored they are treated as all others.
    [Tags]    REQ-BULK-018
    Skip Unless Device Has    no-own-auto
    Ignore Interface    U
    Take All Interfaces Up
    Interface Should Be    U    admin-up    ignored

Errors Do Not Stop The Others
    [Documentation]    All interfaces are gone through; the first error is returned.
    [Tags]    REQ-BULK-007    REQ-BULK-011    REQ-BULK-012
    Skip Unless Device Has    no-own-auto
    Set Flag    A    NO_AUTO_CONNECT    on
    Set Flag    B    NO_AUTO_CONNECT    on
    Turn Knob    A    connect_rc    -10
    Turn Knob    B    connect_rc    -33
    Connect All Interfaces    returns=-ECHILD
    Interface Should Be    U    admin-up
    Implementation Should Have Been Called    B    connect    1

Connect All Leaves Ignored Ones Alone
    [Documentation]    An ignored interface is neither taken up nor connected.
    [Tags]    REQ-BULK-008
    Ignore Interface    A
    Give Command    all connect 1
    Interface Should Be    A    admin-down
    Implementation Should Have Been Called    A    connect    0

Disconnect All Leaves Unbound Ones Up
    [Documentation]    Bound interfaces go admin-down, unless NO_AUTO_DOWN is set.
    [Tags]    REQ-BULK-009    REQ-BULK-019
    Skip Unless Device Has    autodown
    Set Flag    B    NO_AUTO_DOWN    on
    Make Interface Connected    A
    Make Interface Connected    B    ${OTHER_ADDRESS}
    Take Interface Up    U
    Give Command    all disconnect 0
    Interface Should Be    A    admin-down
    Interface Should Be    B    admin-up    dormant
    Interface Should Be    U    admin-up

Disconnect All Keeps Ignored Ones Connected
    [Documentation]    With skip_ignored an ignored interface stays connected.
    [Tags]    REQ-BULK-010
    Make Interface Connected    A
    Ignore Interface    A
    Give Command    all disconnect 1
    Interface Should Be    A    oper-up
    Implementation Should Have Been Called    A    disconnect    0
