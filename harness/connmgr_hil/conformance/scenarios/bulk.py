"""The bulk functions (REQ-BULK)."""

from connmgr_hil.conformance.bench import Bench
from connmgr_hil.conformance.scenario import scenario
from connmgr_hil.vocabulary.expectation import Mark


def _marks(b: Bench, *names: str) -> list[Mark]:
    return [mark for mark in b.take() if mark.name in names]


def _letters_in_order(b: Bench) -> list[str]:
    return sorted(b.letters, key=b.index)


@scenario("all-up", "REQ-BULK-001", "REQ-BULK-003", "REQ-BULK-004", "REQ-BULK-006")
def all_up_and_down(b: Bench) -> None:
    """Bulk up and down take every iface along, and a second call does nothing."""
    for letter in ("A", "B", "C", "E", "S"):
        if letter in b.letters:
            b.manual(letter)
    b.do("flag D NO_AUTO_CONNECT on")
    b.ask(f"all up {b.skips}")
    b.take()
    for letter in b.letters:
        b.state(letter, admin=True)
    b.do(f"all up {b.skips}")
    b.ask(f"all down {b.skips}")
    b.take()
    for letter in b.letters:
        b.state(letter, admin=False)
    b.do(f"all down {b.skips}")


@scenario(
    "all-skip", "REQ-BULK-002", "REQ-BULK-005", "REQ-BULK-008", "REQ-BULK-010", "REQ-BULK-018"
)
def ignored_ones(b: Bench) -> None:
    """With skip_ignored set, ignored ifaces are left alone; without it they are not."""
    b.manual("A", "B")
    b.do("ignore A")
    b.ask("all up 1")
    b.state("A", admin=False)
    b.state("U", admin=True)
    b.do("ignore U")
    b.ask("all down 1")
    b.state("U", admin=True)
    b.state("B", admin=False)
    b.ask("all connect 1")
    b.state("A", admin=False)
    b.counters("A", connect=0)
    b.counters("B", connect=1)
    b.ask("ignore B")  # it may come up meanwhile
    b.ask("all disconnect 1")
    b.counters("B", disconnect=0)
    b.ask("all connect 0")
    b.counters("A", connect=1)
    b.ask("all disconnect 0")
    b.counters("A", disconnect=1)
    b.counters("B", disconnect=1)


@scenario("all-connect-errors", "REQ-BULK-007", "REQ-BULK-011", "REQ-BULK-012", "REQ-BULK-014")
def connect_all_with_errors(b: Bench) -> None:
    """Bulk connect goes through all ifaces in index order; errors do not stop it, the first one is returned."""
    for letter in b.letters:
        b.ask(f"flag {letter} NO_AUTO_CONNECT on")
    b.do("sim A connect_rc -10")
    b.do("sim B connect_rc -33")
    b.take()
    rc = b.ask(f"all connect {b.skips}").status
    b.require(rc == "-ECHILD", "all connect returns -ECHILD, the first error", rc)
    marks = _marks(b, "IF_ADMIN_UP", "connect")
    order = _letters_in_order(b)
    ups = [mark.where for mark in marks if mark.name == "IF_ADMIN_UP" and mark.where in order]
    b.require(
        ups == [letter for letter in order if letter != "D"], "admin-up in index order", str(ups)
    )
    calls = [mark.where for mark in marks if mark.name == "connect"]
    wanted = [letter for letter in order if letter in "ABCDS"]
    b.require(calls == wanted, "connect in index order", str(calls))
    b.counters("B", connect=1)
    b.counters("C", connect=1)


@scenario("all-connect-auto-connect", "REQ-BULK-017")
def connect_all_twice(b: Bench) -> None:
    """With auto-connect on, bulk connect reaches each implementation twice."""
    b.ask("all connect 0")
    counts = b.counters("A")
    if counts["connect"] == "2":
        b.quirk("REQ-BULK-017")
    b.require(counts["connect"] in ("1", "2"), "connect is called once or twice", counts["connect"])


@scenario("all-disconnect", "REQ-BULK-009", "REQ-BULK-019", needs=("autodown",))
def disconnect_all(b: Bench) -> None:
    """Bulk disconnect disconnects bound ifaces, which go admin-down, and leaves unbound ones up."""
    b.do("sim A mode sync")
    b.do("sim B mode sync")
    b.do("flag B NO_AUTO_DOWN on")
    b.ask("connect A")
    b.ask("connect B")
    b.ask("up U")
    b.ask("all disconnect 0")
    b.counters("A", disconnect=1)
    b.counters("B", disconnect=1)
    b.state("A", admin=False)
    b.state("B", admin=True, oper="dormant")
    b.state("U", admin=True, oper="up")


@scenario("all-connect-up-fails", "REQ-BULK-013", needs=("S",))
def up_error_wins(b: Bench) -> None:
    """An error of taking an iface up wins over an error of connecting another."""
    b.manual("A")
    b.do("l2-enable S -7")
    b.do("sim A connect_rc -10")
    rc = b.ask("all connect 0").status
    b.require(rc == "-E2BIG", "all connect returns -E2BIG, the error of admin-up", rc)


@scenario("all-down-errors", "REQ-BULK-011", "REQ-BULK-012", needs=("S", "l2-down"))
def down_error_is_returned(b: Bench) -> None:
    """all_if_down goes on after an iface that refuses, and returns what that answered."""
    b.ask("up U")
    b.ask("up S")
    b.ask("l2-disable S -7")
    rc = b.ask("all down 0").status
    b.require(rc == "-E2BIG", "all down returns -E2BIG, what the L2 of one iface answered", rc)
    b.state("S", admin=True)
    b.state("U", admin=False)
    b.ask("l2-disable S 0")
    b.ask("down S")
    b.state("S", admin=False)


@scenario("all-down-disconnect", "REQ-BULK-016")
def disconnect_all_down(b: Bench) -> None:
    """Bulk disconnect of admin-down ifaces returns 0 and calls nobody."""
    b.ask("down D")
    b.take()
    rc = b.ask("all disconnect 0").status
    b.require(rc in ("0", "-ENOTSUP"), "0 (or -ENOTSUP for the iface without callbacks)", rc)
    calls = _marks(b, "disconnect")
    b.require(not calls, "no implementation is called", str(calls))
    b.counters("A", disconnect=0)


@scenario("all-unbound", "REQ-BULK-015")
def nothing_bound(b: Bench) -> None:
    """With no bound iface to act on, bulk connect and disconnect return 0."""
    for letter in b.letters:
        if letter not in "UVN":
            b.ask(f"ignore {letter}")
    b.ask("down U")
    b.require(b.ask("all connect 1").status == "0", "all connect returns 0", "another status")
    b.state("U", admin=True)
    b.require(b.ask("all disconnect 1").status == "0", "all disconnect returns 0", "another status")
    b.state("U", admin=True)
