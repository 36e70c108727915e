*** Settings ***
Documentation    What the suites in robot/ do not use, and that every check can fail.

Resource         ../../robot/resources/connmgr.resource

Test Tags        keywords


*** Test Cases ***
Interfaces Have Three Names
    [Documentation]    A letter, a name and an index mean the same; upper and lower case too.
    ${by_letter} =    Get Interface State    u
    ${by_name} =    Get Interface State    Free0
    Should Be Equal    ${by_letter}    ${by_name}
    Should Be Equal    ${by_letter}[oper]    ${{'down' if $by_letter['oper'] == 'down' else 'other'}}
    Should Be Equal    ${by_letter}[ipv4]    ${{[]}}
    Take Interface Up    A
    ${state} =    Get Interface State    bound0
    Should Be Equal    ${state}[oper]    dormant
    Should Be True    ${state}[admin]

Checks Of Interfaces Can Fail
    [Documentation]    Each says what was wanted and what was seen.
    Take Interface Up    U
    Run Keyword And Expect Error    interface U (free0) is ready*oper up, no address, watched*
    ...    Interface Should Be Ready    U
    Add Address    U    ${ADDRESS}
    Run Keyword And Expect Error    interface U (free0) is not-ready*192.0.2.1/p*
    ...    Interface Should Not Be Ready    U
    Run Keyword And Expect Error    interface U (free0) is dormant*
    ...    Interface Should Be    U    admin-up    dormant
    Run Keyword And Expect Error    *should return 0*returned -EALREADY*
    ...    Take Interface Up    U
    Take Interface Up    U    returns=-EALREADY

Checks Of Settings Can Fail
    [Documentation]    Wrong values are told with the right ones.
    Run Keyword And Expect Error    timeout of A is 5 s*seen: 0 s*    Timeout Should Be    A    5 s
    Run Keyword And Expect Error    flag PERSISTENT of A is on*seen: off*
    ...    Flag Should Be    A    persistent    on
    Run Keyword And Expect Error    option 2 of A is beef*seen: c0de*    Option Should Be    A    2    beef
    Run Keyword And Expect Error    *returns 0*EACCES*    Set Option    A    2    c0de
    Run Keyword And Expect Error    *'connect' of A counts 3*seen: 0*
    ...    Implementation Should Have Been Called    A    connect    3
    Run Keyword And Expect Error    *'attempts' of D counts 2*seen: 1*    Attempts Should Be    D    2

Checks Of Events Can Fail
    [Documentation]    What came is told.
    Take Interface Up    U
    Run Keyword And Expect Error    L4_CONNECTED(U) should have occurred*IF_ADMIN_UP(U) IF_UP(U)*
    ...    Event Should Have Occurred    L4_CONNECTED    U
    Run Keyword And Expect Error    IF_UP(*) should not have occurred*IF_ADMIN_UP(U) IF_UP(U)*
    ...    Event Should Not Have Occurred    IF_UP
    @{events} =    Get Events
    Should Be Equal    ${events}    ${{['IF_ADMIN_UP(U)', 'IF_UP(U)']}}
    Event Should Have Occurred    if admin up    U
    @{events} =    Get Events
    Should Be Equal    ${events}    ${{['IF_UP(U)']}}
    Run Keyword And Expect Error    only these should have occurred: IF_DOWN(U)*IF_UP(U) came instead*
    ...    Only These Events Should Have Occurred    IF_DOWN(U)

Checks Of Time Can Fail
    [Documentation]    Too early, too late, and not quiet.
    Let Association Take    A    1 s
    Take Interface Up    A
    Run Keyword And Expect Error    IF_UP should occur between 2 s and 3 s*came after 1.0*
    ...    Event Should Occur Within    3 s    IF_UP    A    not_before=2 s
    Run Keyword And Expect Error    IF_DOWN(A) should have occurred*
    ...    Event Should Occur Within    1 s    IF_DOWN    A
    Let Association Take    B    1 s
    Take Interface Up    B
    Run Keyword And Expect Error    no event should occur within 2 s*IF_UP(B)*
    ...    No Event Should Occur Within    2 s
    No Event Should Occur Within    2 s    IF_UP    B

Probe Can Be Spoken To Directly
    [Documentation]    Any command, with role letters for interfaces.
    &{reply} =    Give Command    sim A
    Should Be Equal    ${reply}[state]    idle
    &{reply} =    Give Command    connect    U
    Should Be Equal    ${reply}[status]    -ENOTSUP
    Give Command    burst ignore U ; watch U    returns=0
    Run Keyword And Expect Error    'connect U' should return 0; it returned -ENOTSUP
    ...    Give Command    connect U    returns=0
    Run Keyword And Expect Error    Wrong use: there is no command 'conect'*    Give Command    conect U

Device Can Be Judged At Any Time
    [Documentation]    And tells who it is; its trace can be looked at when nothing failed, too.
    ${facts} =    Get Device Facts
    Should Match Regexp    ${facts}[profile]    ^P\\d\\d$
    Connect All Interfaces    returns=-ENOTSUP
    Disconnect All Interfaces    returns=-ENOTSUP
    Advance Time    1 min
    Device Should Conform
    Attach Trace
    Close Device
    Close Device
    Interface Should Be    A    admin-down

Timeouts Have Whole Seconds
    [Documentation]    A fraction is wrong use, not a failure of the device.
    Run Keyword And Expect Error    Wrong use: a timeout has whole seconds, not 1.5    Set Timeout    A    1.5 s
