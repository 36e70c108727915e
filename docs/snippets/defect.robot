*** Settings ***
Library    ConnMgrLibrary

*** Test Cases ***
Nothing Is Checked Here And Yet It Fails
    Give Command    defect timeout_retried on    returns=0
    Let Association Hang    A
    Set Flag    A    PERSISTENT    on
    Set Flag    A    NO_AUTO_DOWN    on
    Set Timeout    A    2 s
    Take Interface Up    A
    Advance Time    5 s
