*** Settings ***
Documentation    How long attempts last, how they end, and what persistence does after a loss.

Resource         resources/connmgr.resource

Test Setup       Open Usual Device

Test Tags        timeouts


*** Test Cases ***
Attempt Times Out
    [Documentation]    CONN_IF_TIMEOUT comes once, not before the set seconds; the interface goes admin-down.
    [Tags]    REQ-CTL-019    REQ-AUTO-010    REQ-IMP-009
    Skip Unless Device Has    autodown
    Let Association Hang    A
    Set Timeout    A    2 s
    Take Interface Up    A
    Event Should Occur Within    2.6 s    CONN_IF_TIMEOUT    A    not_before=1.9 s
    Only These Events Should Have Occurred    IF_ADMIN_DOWN(A)
    No Event Should Occur Within    10 s

Persistence Does Not Outlive A Timeout
    [Documentation]    After a timeout nothing tries again, even when persistent.
    [Tags]    REQ-CTL-022    REQ-AUTO-015
    Set Flag    A    PERSISTENT    on
    Set Flag    A    NO_AUTO_DOWN    on
    Let Association Hang    A
    Set Timeout    A    1 s
    Take Interface Up    A
    Event Should Occur Within    1.6 s    CONN_IF_TIMEOUT    A    not_before=0.9 s
    Let Association Take    A    100 ms
    No Event Should Occur Within    10 s
    Interface Should Be    A    admin-up    dormant
    Attempts Should Be    A    1

Without Timeout An Attempt Goes On
    [Documentation]    A minute is not too long when no timeout is set.
    [Tags]    REQ-CTL-020    REQ-CTL-023    REQ-IMP-017
    Skip Unless Device Has    granted-time
    Let Association Take    A    1 min
    Take Interface Up    A
    Event Should Occur Within    62 s    IF_UP    A    not_before=59 s

Success Ends The Timeout
    [Documentation]    No timeout comes after success.
    [Tags]    REQ-CTL-021    REQ-IMP-006
    Let Association Take    A    300 ms
    Set Timeout    A    1 s
    Take Interface Up    A
    Event Should Occur Within    800 ms    IF_UP    A
    No Event Should Occur Within    5 s
    Interface Should Be    A    admin-up    oper-up

Persistent Interface Reconnects After Loss
    [Documentation]    A loss starts a new attempt, and the interface stays admin-up.
    [Tags]    REQ-CTL-024    REQ-AUTO-009
    Set Flag    A    PERSISTENT    on
    Make Interface Connected    A
    Lose Connection    A
    Only These Events Should Have Occurred    IF_DOWN(A)    L4_DISCONNECTED(A)
    Event Should Occur Within    1 s    L4_CONNECTED    A
    Attempts Should Be    A    2

Attempt After Loss Has Its Own Timeout
    [Documentation]    The timeout begins anew with the attempt that a loss starts.
    [Tags]    REQ-CTL-025
    Set Flag    A    PERSISTENT    on
    Set Timeout    A    2 s
    Make Interface Connected    A
    No Event Should Occur Within    10 s
    Let Association Hang    A
    Lose Connection    A
    Event Should Occur Within    2.6 s    CONN_IF_TIMEOUT    A    not_before=1.9 s

Interface That Is Not Persistent Gives Up
    [Documentation]    A loss takes it admin-down, and nothing tries again.
    [Tags]    REQ-CTL-026    REQ-AUTO-008
    Skip Unless Device Has    autodown
    Make Interface Connected    A
    Lose Connection    A
    Only These Events Should Have Occurred    IF_DOWN(A)    {L4_DISCONNECTED(A) IF_ADMIN_DOWN(A)}
    No Event Should Occur Within    10 s
    Attempts Should Be    A    1

Persistence Can Be Changed While Connected
    [Documentation]    What is set at the moment of the loss decides.
    [Tags]    REQ-CTL-027
    Skip Unless Device Has    autodown
    Make Interface Connected    A
    Set Flag    A    PERSISTENT    on
    Lose Connection    A
    Event Should Occur Within    1 s    IF_UP    A
    Set Flag    A    PERSISTENT    off
    Lose Connection    A
    Event Should Have Occurred    IF_ADMIN_DOWN    A

Timeouts Of Two Interfaces Run Apart
    [Documentation]    Each interface has its own, and disconnect of one leaves the other alone.
    [Tags]    REQ-CTL-041    REQ-IMP-015    REQ-EVT-014
    Let Association Hang    A
    Let Association Hang    B
    Set Timeout    A    1 s
    Set Timeout    B    3 s
    Take Interface Up    A
    Take Interface Up    B
    Event Should Occur Within    2 s    CONN_IF_TIMEOUT    A    not_before=900 ms
    Event Should Occur Within    2 s    CONN_IF_TIMEOUT    B    not_before=900 ms
