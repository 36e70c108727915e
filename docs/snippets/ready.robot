*** Settings ***
Library    ConnMgrLibrary

*** Test Cases ***
An Address Makes An Interface Ready
    Take Interface Up    U
    Add Address    U    192.0.2.1
    Interface Should Be Ready    U
