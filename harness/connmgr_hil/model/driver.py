"""What is behind an iface: its driver, its link and its connectivity implementation, as seen by the rules."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connmgr_hil.vocabulary.events import Event

if TYPE_CHECKING:  # the kernel hands drivers to the rules
    from .kernel import Answer, Kernel, Routine, Switch

AN_ERROR = "an error"
"""Stands for any negative status."""

NO_MORE_THAN_0 = "0 or an error"
"""Stands for 0 and any negative status: nothing else may be returned (REQ-IMP-014)."""

Options = tuple[str, tuple[tuple[str, str], ...]]
_Act = Callable[["Kernel", int], "Routine"]
_Ask = Callable[["Kernel", int], bool]


@dataclass(frozen=True)
class Driver:
    """One kind of what is behind an iface; `drivers` has all of them. Each function takes the kernel and the iface's index."""

    starts: Callable[["Kernel", int], "Generator[Switch, None, bool]"]
    """`net_if_up` enables it: tells whether it starts."""
    stops: _Act
    """`net_if_down` disables it."""
    admin_changed: _Act
    """The iface was taken admin-up or admin-down: oper-up or oper-down follows, or may."""
    set_by_hand: Callable[["Kernel", int, bool], "Routine"]
    """Its carrier or dormant state was set, so that nothing of the two keeps it down any more, or something does."""
    add_address: Callable[["Kernel", int, str, int, int], "Answer"]
    delete_address: Callable[["Kernel", int, str, int], "Answer"]
    may_lack_connect: _Ask
    """Whether its implementation turns out to have no connect callback."""
    is_configured: _Ask
    """Whether it has anything to connect with (REQ-CTL-050)."""
    reacts: _Act
    """A listener of its driver or implementation hears of it."""
    init: _Act
    connect: Callable[["Kernel", int], "Answer"]
    disconnect: Callable[["Kernel", int], "Answer"]
    set_opt: Callable[["Kernel", int, int, bytes], str]
    get_opt: Callable[["Kernel", int, int, int], Options]
    start_idle: Callable[["Kernel", int], None]
    """Its idle timer starts, if there is a timeout for it (4.3)."""
    oper_seen: Callable[["Kernel", int], int]
    """What a listener sees of oper-up, `UNKNOWN` if it may have changed in between."""
    about_to_change: Callable[["Kernel", int], None]
    """The monitor is about to change what it knows of the iface."""
    word_told: Callable[["Kernel", int, int, int], int]
    """An event sets or clears a bit of the monitor's word: return the new word."""
    readiness: Callable[["Kernel", int], tuple[int, int]]
    """The bits of readiness that the monitor should find now, and those that are uncertain."""
    announced: Callable[["Kernel", Event, int], None]
    """An event of the iface is raised without cause."""
