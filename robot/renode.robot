*** Settings ***
Documentation    Renode's own keywords beside ours: Renode builds the machine, ConnMgrLibrary talks to its UART.
...
...              ``renode-test robot/renode.robot --variable TARGET:frdm_k64f --variable IMAGE:/path/zephyr.elf``
...              ``--variable PORT:socket://127.0.0.1:3456``; everywhere else the suite is skipped.
...              The machine is started and runs as a board would, its time held to that of the host. On a busy
...              computer Renode does not keep up: set ``CMHIL_TIME_SCALE`` to 4 or more. Where time should be
...              granted instead, ``cmhil verify -t renode_frdm_k64f`` does that.

Resource         resources/connmgr.resource

Suite Setup      Begin In Renode
Test Teardown    Leave Device

Test Tags        renode


*** Variables ***
${SCRIPT}             ${CURDIR}/../platforms/renode/frdm_k64f.resc
${UART}               sysbus.uart0
${CONSOLE_PORT}       3456
# By default Renode counts in tenths of this, and is too slow to keep up with the host.
${QUANTUM_SECONDS}    0.001
${RENODEKEYWORDS}     ${EMPTY}


*** Test Cases ***
Address Connects A Machine In Renode
    [Documentation]    Renode makes and starts the machine; the Connection Manager in it is judged.
    [Tags]    REQ-MON-001
    Create Machine With Console
    Start Machine And Open Device
    Take Interface Up    U
    Add Address    U    ${ADDRESS}
    Event Should Have Occurred    L4_CONNECTED    U
    Device Should Conform

Attempt Times Out While The Machine Runs
    [Documentation]    Device time is Renode's virtual time. It goes on between commands, so that part of the timeout is
    ...    over when the event is waited for; the model knows to the millisecond.
    [Tags]    REQ-CTL-019
    Create Machine With Console
    Start Machine And Open Device
    Let Association Hang    A
    Set Timeout    A    2 s
    Take Interface Up    A
    Event Should Occur Within    3 s    CONN_IF_TIMEOUT    A    not_before=1 s


*** Keywords ***
Begin In Renode
    [Documentation]    Skips the suite where it was not started by renode-test, which imports its keywords by itself.
    Skip If    not $RENODEKEYWORDS    needs Renode: start it with renode-test
    Run Keyword    Setup

Create Machine With Console
    [Documentation]    A machine with our firmware, whose UART is a socket that PORT names. Our script's macro
    ...    loads the image again when the firmware resets itself.
    Run Keyword    Execute Command    emulation SetGlobalQuantum "${QUANTUM_SECONDS}"
    Run Keyword    Execute Command    $bin=@${IMAGE}
    Run Keyword    Execute Command    include @${SCRIPT}
    Run Keyword    Execute Command    emulation CreateServerSocketTerminal ${CONSOLE_PORT} "console" false
    Run Keyword    Execute Command    connector Connect ${UART} console

Start Machine And Open Device
    [Documentation]    Renode itself waits for the end of the first boot, in which it is slow.
    Run Keyword    Create Terminal Tester    ${UART}    timeout=10
    Run Keyword    Start Emulation
    Run Keyword    Wait For Line On Uart    Booting Zephyr
    Open Device

Leave Device
    [Documentation]    The device is judged before its machine goes away.
    Close Device
    Run Keyword    Reset Emulation
