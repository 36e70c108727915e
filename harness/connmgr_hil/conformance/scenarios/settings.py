"""Flags, timeouts, options and bindings (REQ-CTL-030 … 040, REQ-IMP-012 … 014)."""

from connmgr_hil.conformance.bench import Bench
from connmgr_hil.conformance.scenario import scenario


@scenario("timeouts", "REQ-CTL-030", "REQ-CTL-031")
def timeouts(b: Bench) -> None:
    """Timeouts are 0 at first, are stored for each iface, and do not exist for unbound ones."""
    b.do("timeout A", value="0")
    b.do("timeout A 7")
    b.do("timeout A", value="7")
    b.do("timeout B", value="0")
    b.do("timeout U 3", rc="-ENOTSUP")
    b.do("timeout U", value="0")


@scenario("negative-timeout", "REQ-CTL-032")
def negative_timeout(b: Bench) -> None:
    """A negative timeout is stored as it is; an attempt takes it for none."""
    b.do("timeout A -5")
    if b.ask("timeout A").values.get("value") == "-5":
        b.quirk("REQ-CTL-032")
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.wait(1, "IF_UP(A)")


@scenario("flags", "REQ-CTL-033", "REQ-CTL-034", "REQ-CTL-035")
def flags(b: Bench) -> None:
    """Flags are false at first, independent of each other and of other ifaces; illegal ones are refused."""
    names = ("PERSISTENT", "NO_AUTO_CONNECT", "NO_AUTO_DOWN")
    for name in names:
        b.do(f"flag A {name}", value="0")
    for name in names:
        b.do(f"flag A {name} on")
        for other in names:
            b.do(f"flag A {other}", value="1" if other == name else "0")
            b.do(f"flag B {other}", value="0")
        b.do(f"flag A {name} off")
    for letter in ("A", "U"):
        for number in (b.profile.flags, 99):
            b.do(f"flag {letter} {number} on", rc="-EINVAL")
            b.do(f"flag {letter} {number}", value="0")
    b.do("flag U PERSISTENT on", rc="-ENOTSUP")
    b.do("flag U PERSISTENT", value="0")


@scenario(
    "options",
    "REQ-CTL-037",
    "REQ-CTL-038",
    "REQ-CTL-039",
    "REQ-CTL-040",
    "REQ-IMP-012",
    "REQ-IMP-013",
    "REQ-IMP-014",
)
def options(b: Bench) -> None:
    """Options pass through unchanged, with the status values and lengths that the API promises."""
    b.do("opt-set A 1 null", rc="-EINVAL")
    b.do("opt-set U 1 null", rc="-EINVAL")
    b.do("opt-set U 1 01020304", rc="-ENOTSUP")
    b.do("opt-set C 1 01020304", rc="-ENOTSUP")
    b.do("opt-get A 1 null-length", rc="-EINVAL")
    b.do("opt-get A 1 null-value", rc="-EINVAL", len="0")
    b.do("opt-get U 1 8", rc="-ENOTSUP", len="0")
    b.do("opt-get C 1 8", rc="-ENOTSUP", len="0")
    b.do("opt-set A 1 01020304", "set_opt(A)")
    b.do("opt-get A 1 8", "get_opt(A)", len="4", data="01020304")
    b.do("opt-get B 1 8", "get_opt(B)", len="4", data="00000000")
    b.do("opt-get A 1 3", "get_opt(A)", rc="-ENOBUFS", len="0")
    b.do("opt-set A 9 01", "set_opt(A)", rc="-ENOPROTOOPT")
    b.do("opt-get A 9 8", "get_opt(A)", rc="-ENOPROTOOPT", len="0")
    b.do("opt-set A 1 0a0b0c0d0e", "set_opt(A)", rc="-ENOBUFS")
    b.do("opt-set A 1 0a0b", "set_opt(A)", rc="-EINVAL")
    b.do("opt-set A 2 01", "set_opt(A)", rc="-EACCES")
    b.do("opt-get A 1 8", "get_opt(A)", len="4", data="01020304")
    b.do("opt-get A 2 8", "get_opt(A)", len="2", data="c0de")


@scenario("options-apart", "REQ-CTL-041", "REQ-IMP-015")
def options_apart(b: Bench) -> None:
    """Each binding has option values of its own."""
    b.do("opt-set A 1 01020304", "set_opt(A)")
    b.do("opt-set B 1 0a0b0c0d", "set_opt(B)")
    b.do("opt-get A 1 4", "get_opt(A)", len="4", data="01020304")
    b.do("opt-get B 1 4", "get_opt(B)", len="4", data="0a0b0c0d")


@scenario("bindings", "REQ-CTL-036", "REQ-CTL-002", "REQ-CTL-014")
def bindings(b: Bench) -> None:
    """is_bound is true exactly for bound ifaces; control of unbound ones is refused."""
    for letter in b.letters:
        b.do(f"bound {letter}", value="0" if letter in "UVN" else "1")
    b.do("connect U", rc="-ENOTSUP")
    b.do("disconnect U", rc="-ENOTSUP")
    b.state("U", admin=False)


@scenario("no-api-table", "REQ-CTL-003", needs=("N",))
def null_api(b: Bench) -> None:
    """A binding whose implementation has no API table behaves as if there were none."""
    b.do("bound N", value="0")
    b.do("connect N", rc="-ENOTSUP")
    b.do("disconnect N", rc="-ENOTSUP")
    b.do("flag N PERSISTENT on", rc="-ENOTSUP")
    b.do("timeout N 5", rc="-ENOTSUP")
    b.do("timeout N", value="0")
    b.do("opt-get N 1 4", rc="-ENOTSUP", len="0")
    b.do("bound A", value="1")
    b.do("up N", "IF_ADMIN_UP(N) IF_UP(N)")


@scenario("no-callbacks", "REQ-CTL-004", needs=("E", "autodown"))
def no_callbacks(b: Bench) -> None:
    """A binding without callbacks is bound: flags and timeout work, connect is refused, auto-down acts."""
    b.do("connect E", rc="-ENOTSUP")
    b.do("disconnect E", rc="-ENOTSUP")
    b.state("E", admin=False)
    b.do("flag E PERSISTENT on")
    b.do("flag E PERSISTENT", value="1")
    b.do("timeout E 5")
    b.do("timeout E", value="5")
    b.do("up E", "IF_ADMIN_UP(E) IF_UP(E)")
    b.do("flag E PERSISTENT off")
    b.do("dormant E on", "IF_DOWN(E) IF_ADMIN_DOWN(E)")
