"""What any connectivity implementation must do, shown on the board's own: a Wi-Fi driver's, a modem's (REQ-IMP).

Role R is bound here, and its network is switched by the stimuli of the platform file. What it does unprompted is judged by
its guarantees meanwhile, so a TIMEOUT that is early or not allowed at all fails every one of these.
"""

from connmgr_hil.conformance.bench import Bench
from connmgr_hil.conformance.scenario import scenario
from connmgr_hil.vocabulary.observations import EventSeen

from .real import DHCP_SECONDS, GRACE_SECONDS, bring_up, online

NETWORK = ("R", "R-bound", "network-off", "network-on")
UP_SECONDS = 30.0
QUIET_SECONDS = 15.0
UNKNOWN_OPTION = 32767


def _shown(b: Bench, seconds: float) -> list[EventSeen]:
    """Let device time pass and return the events of R that it showed."""
    b.take()
    b.ask(f"advance {round(seconds * 1e6)}")
    return [each for each in b.take_events() if each.iface == b.index("R")]


def _without(b: Bench, seconds: float, *names: str, breaks: str) -> None:
    """Let device time pass, in which R must show none of these events; one of them breaks a requirement."""
    seen = [each.name for each in _shown(b, seconds)]
    b.require(
        not set(names) & set(seen),
        f"no {' or '.join(names)} of R within {seconds:g} s",
        " ".join(seen),
        breaks=breaks,
    )


def _one_timeout(b: Bench, seconds: float, by: float, *, breaks: str = "REQ-CTL-019") -> None:
    """Let device time pass, in which R must show one TIMEOUT and nothing fatal; it comes by a device time in seconds."""
    seen = _shown(b, seconds)
    fatal = any(each.name == "CONN_IF_FATAL_ERROR" for each in seen)
    b.require(not fatal, "nothing fatal of R", "CONN_IF_FATAL_ERROR", breaks="REQ-IMP-005")
    timeouts = [each for each in seen if each.name == "CONN_IF_TIMEOUT"]
    b.require(
        len(timeouts) == 1,
        "one CONN_IF_TIMEOUT of R",
        f"{len(timeouts)}",
        breaks="REQ-IMP-009" if timeouts else breaks,
    )
    b.require(
        timeouts[0].t <= by * 1e6,
        f"CONN_IF_TIMEOUT of R by {by:.3f} s",
        f"{timeouts[0].t / 1e6:.3f} s",
        breaks=breaks,
    )


def _stays_down(b: Bench, seconds: float, *, breaks: str) -> None:
    """Let device time pass, in which R must not come up, and is not up at its end."""
    _without(b, seconds, "IF_UP", breaks=breaks)
    b.require(b.state("R").oper != "up", "R not oper-up", "up", breaks=breaks)


def _lose_network(b: Bench) -> float:
    """Take away the network of R, which must go oper-down soon; return when it did, in device seconds."""
    b.take()
    b.stimulate("network-off")
    return b.until("IF_DOWN", "R", GRACE_SECONDS, breaks="REQ-IMP-002").t / 1e6


def _network_again(b: Bench, *, breaks: str = "") -> None:
    """Give R its network back, which it must find."""
    b.stimulate("network-on")
    b.until("IF_UP", "R", UP_SECONDS, breaks=breaks)


def _accepted(b: Bench, command: str, *, breaks: str) -> float:
    """Give a command that must return 0; return when it did, in device seconds."""
    answer = b.ask(command)
    b.require(answer.status == "0", f"'{command}' returns 0", answer.status, breaks=breaks)
    return answer.t / 1e6


def _apart(b: Bench) -> None:
    """End what R has, and leave the rest to this scenario's own commands."""
    online(b)
    b.manual("R")
    b.ask("disconnect R")
    if b.state("R").oper == "up":
        b.until("IF_DOWN", "R", GRACE_SECONDS, breaks="REQ-CTL-013")
    b.ask("up R")
    b.take()


@scenario("imp-oper-down", "REQ-IMP-001", "REQ-CTL-023", needs=NETWORK)
def oper_down_until_associated(b: Bench) -> None:
    """From boot on, what nobody connects is oper-down; an attempt without network, too. Then it comes up."""
    b.manual("R")
    b.ask("down R")
    b.ask("up R")
    _stays_down(b, 5, breaks="REQ-IMP-001")
    b.ask("down R")
    b.stimulate("network-off")
    bring_up(b)
    b.state("R", admin=True)
    _without(b, QUIET_SECONDS, "IF_UP", breaks="REQ-IMP-001")
    _network_again(b, breaks="REQ-CTL-023")
    b.check()


@scenario("imp-loss", "REQ-IMP-002", "REQ-AUTO-010", needs=NETWORK)
def loss_is_told(b: Bench) -> None:
    """A network that is lost makes the iface oper-down within two seconds, and admin-down as it is not persistent."""
    online(b)
    _lose_network(b)
    if b.facts.autodown:
        b.state("R", admin=False)
    b.check()


@scenario("imp-timeouts", "REQ-IMP-003", "REQ-IMP-009", "REQ-CTL-019", needs=NETWORK)
def timeout_of_each_attempt(b: Bench) -> None:
    """Each of three attempts without a network ends by one TIMEOUT, when its seconds are over."""
    _apart(b)
    b.stimulate("network-off")
    b.do("timeout R 3")
    for _ in range(3):
        began = b.ask("connect R").t / 1e6
        _one_timeout(b, 6, began + 4)
        b.ask("up R")
    b.check()


@scenario("imp-disconnect-attempt", "REQ-CTL-017", needs=NETWORK)
def disconnect_ends_the_attempt(b: Bench) -> None:
    """An attempt that disconnect has ended raises no TIMEOUT, and does not find a network that comes back."""
    _apart(b)
    b.stimulate("network-off")
    b.do("timeout R 3")
    b.ask("connect R")
    b.wait(1)
    _accepted(b, "disconnect R", breaks="REQ-CTL-017")
    b.stimulate("network-on")
    _without(b, 5, "CONN_IF_TIMEOUT", "CONN_IF_FATAL_ERROR", breaks="REQ-CTL-017")
    _stays_down(b, QUIET_SECONDS, breaks="REQ-CTL-017")
    b.check()


@scenario("imp-down-attempt", "REQ-IMP-009", "REQ-IMP-016", needs=NETWORK)
def admin_down_ends_the_attempt(b: Bench) -> None:
    """An attempt that admin-down has ended raises no TIMEOUT, and does not go on when the iface is taken up."""
    _apart(b)
    b.stimulate("network-off")
    b.do("timeout R 3")
    b.ask("connect R")
    b.wait(1)
    b.ask("down R")
    _without(b, 5, "CONN_IF_TIMEOUT", "CONN_IF_FATAL_ERROR", breaks="REQ-IMP-009")
    b.stimulate("network-on")
    b.ask("up R")
    _stays_down(b, QUIET_SECONDS, breaks="REQ-IMP-016")
    b.check()


@scenario("imp-no-reconnect", "REQ-IMP-004", needs=NETWORK)
def no_reconnection_of_its_own(b: Bench) -> None:
    """Without persistence a network that comes back is left alone."""
    online(b)
    b.manual("R")
    _lose_network(b)
    b.stimulate("network-on")
    _without(b, QUIET_SECONDS, "IF_UP", breaks="REQ-IMP-004")
    b.check()


@scenario("imp-persistent", "REQ-IMP-003", "REQ-IMP-017", needs=NETWORK)
def persistent_for_ever(b: Bench) -> None:
    """With persistence and no timeout a network that is away for a minute is found again."""
    online(b)
    b.do("flag R PERSISTENT on")
    _lose_network(b)
    _without(
        b,
        60,
        "IF_UP",
        "IF_ADMIN_DOWN",
        "CONN_IF_TIMEOUT",
        "CONN_IF_FATAL_ERROR",
        breaks="REQ-IMP-017",
    )
    _network_again(b, breaks="REQ-IMP-017")
    b.until("L4_CONNECTED", "R", DHCP_SECONDS)
    b.check()


@scenario(
    "imp-persistent-timeout",
    "REQ-IMP-003",
    "REQ-IMP-009",
    "REQ-CTL-022",
    "REQ-CTL-025",
    needs=NETWORK,
)
def persistence_ends_by_timeout(b: Bench) -> None:
    """The attempt after a loss has a timeout of its own, after which there is no other."""
    online(b)
    b.manual("R")
    b.do("flag R PERSISTENT on")
    b.do("timeout R 3")
    _one_timeout(b, 6, _lose_network(b) + 4, breaks="REQ-CTL-025")
    b.stimulate("network-on")
    _without(b, QUIET_SECONDS, "IF_UP", "CONN_IF_TIMEOUT", breaks="REQ-CTL-022")
    b.check()


@scenario("imp-credentials", "REQ-IMP-005", needs=(*NETWORK, "credentials-off", "credentials-on"))
def wrong_credentials_are_not_fatal(b: Bench) -> None:
    """With credentials that its network refuses an attempt goes on until its timeout, and the right ones do."""
    _apart(b)
    b.stimulate("credentials-off")
    b.do("timeout R 5")
    began = b.ask("connect R").t / 1e6
    _one_timeout(b, 8, began + 6)
    b.stimulate("credentials-on")
    b.ask("connect R")
    b.until("IF_UP", "R", UP_SECONDS, breaks="REQ-CTL-011")
    b.check()


@scenario("imp-connected-connect", "REQ-IMP-006", needs=NETWORK)
def connect_when_connected(b: Bench) -> None:
    """Connect of what is connected returns 0 and disturbs nothing, then or when the timeout would be over."""
    online(b)
    b.do("timeout R 3")
    _accepted(b, "connect R", breaks="REQ-IMP-006")
    _without(b, 10, "IF_DOWN", "CONN_IF_TIMEOUT", "CONN_IF_FATAL_ERROR", breaks="REQ-IMP-006")
    b.state("R", oper="up")
    b.check()


@scenario("imp-connecting-connect", "REQ-IMP-007", "REQ-IMP-010", needs=NETWORK)
def connect_when_connecting(b: Bench) -> None:
    """Connect during an attempt returns 0 and neither restarts nor doubles it."""
    _apart(b)
    b.stimulate("network-off")
    b.do("timeout R 2")
    began = b.ask("connect R").t / 1e6
    b.wait(1)
    _accepted(b, "connect R", breaks="REQ-IMP-007")
    _one_timeout(b, 6, began + 2.9, breaks="REQ-IMP-007")
    b.check()


@scenario("imp-disconnect-idle", "REQ-IMP-008", needs=NETWORK)
def disconnect_when_idle(b: Bench) -> None:
    """Disconnect of what is not connected returns 0 and raises nothing."""
    _apart(b)
    b.wait(2)
    _accepted(b, "disconnect R", breaks="REQ-IMP-008")
    _without(
        b, 5, "IF_UP", "IF_DOWN", "CONN_IF_TIMEOUT", "CONN_IF_FATAL_ERROR", breaks="REQ-IMP-008"
    )
    b.check()


@scenario("imp-early-connect", "REQ-IMP-011", needs=NETWORK)
def connect_at_once(b: Bench) -> None:
    """Connect at the first moment after boot is accepted, and carried out."""
    _accepted(b, "connect R", breaks="REQ-IMP-011")
    if b.state("R").oper != "up":
        b.until("IF_UP", "R", UP_SECONDS, breaks="REQ-IMP-011")
    b.check()


@scenario("imp-options", "REQ-IMP-012", "REQ-IMP-013", "REQ-IMP-014", needs=("R", "R-bound"))
def options_of_an_implementation(b: Bench) -> None:
    """An unknown option is refused; a short buffer too; what was refused is not stored."""
    lacking = ("-ENOPROTOOPT", "-ENOTSUP")
    for command in (f"opt-get R {UNKNOWN_OPTION} 32", f"opt-set R {UNKNOWN_OPTION} 00"):
        status = b.ask(command).status
        b.require(
            status in lacking,
            f"'{command}' returns {' or '.join(lacking)}",
            status,
            breaks="REQ-IMP-013",
        )
    for option in range(4):
        before = b.ask(f"opt-get R {option} 32")
        size = len(before.values.get("data", "")) // 2
        if before.status != "0" or not size:
            continue
        b.require(
            before.values["len"] == str(size),
            f"len={size}",
            before.values["len"],
            breaks="REQ-IMP-012",
        )
        short = b.ask(f"opt-get R {option} {size - 1}").status
        b.require(
            short == "-ENOBUFS", "a short buffer returns -ENOBUFS", short, breaks="REQ-IMP-013"
        )
        for value in ("7a" * 64, "7a" * size):
            if b.ask(f"opt-set R {option} {value}").status == "0":
                b.do(f"opt-set R {option} {before.values['data']}")
            after = b.ask(f"opt-get R {option} 32").values
            b.require(
                after == before.values,
                f"option {option} holds what it held before",
                str(after),
                breaks="REQ-IMP-013",
            )
    b.check()


@scenario("imp-restart", "REQ-IMP-016", needs=NETWORK)
def associated_anew(b: Bench) -> None:
    """After admin-down the iface is oper-up only when it has associated anew."""
    online(b)
    b.ask("down R")
    b.stimulate("network-off")
    b.wait(1)
    bring_up(b)
    b.state("R", admin=True)
    _stays_down(b, 5, breaks="REQ-IMP-016")
    _network_again(b, breaks="REQ-CTL-023")
    b.check()


@scenario("imp-late-timeout", "REQ-CTL-021", "REQ-IMP-009", needs=NETWORK)
def no_timeout_after_success(b: Bench) -> None:
    """The timeout of an attempt that succeeded runs on for nobody."""
    _apart(b)
    b.do("timeout R 3")
    b.ask("connect R")
    b.until("IF_UP", "R", UP_SECONDS, breaks="REQ-CTL-011")
    _without(b, 6, "CONN_IF_TIMEOUT", "IF_DOWN", breaks="REQ-CTL-021")
    b.check()


@scenario("imp-manual-disconnect", "REQ-CTL-013", "REQ-CTL-018", "REQ-IMP-003", needs=NETWORK)
def disconnect_is_no_loss(b: Bench) -> None:
    """A persistent iface that was told to disconnect does not connect again."""
    online(b)
    b.manual("R")
    b.do("flag R PERSISTENT on")
    b.take()
    b.ask("disconnect R")
    if b.state("R").oper == "up":
        b.until("IF_DOWN", "R", GRACE_SECONDS, breaks="REQ-CTL-013")
    _stays_down(b, QUIET_SECONDS, breaks="REQ-CTL-018")
    b.check()


@scenario("imp-second-loss", "REQ-CTL-024", "REQ-IMP-003", needs=NETWORK)
def lost_twice(b: Bench) -> None:
    """A persistent iface finds its network again after the second loss as after the first."""
    online(b)
    b.do("flag R PERSISTENT on")
    for _ in range(2):
        _lose_network(b)
        _network_again(b, breaks="REQ-CTL-024")
    b.check()


@scenario("imp-another-iface", "REQ-CTL-041", needs=(*NETWORK, "U"))
def another_goes_down(b: Bench) -> None:
    """Another iface that goes down ends neither the connection nor an attempt."""
    online(b)
    b.manual("R")
    b.ask("up U")
    b.ask("down U")
    _without(b, 5, "IF_DOWN", "CONN_IF_TIMEOUT", breaks="REQ-CTL-041")
    oper = b.state("R").oper
    b.require(oper == "up", "R oper-up after 'down U'", oper, breaks="REQ-CTL-041")
    b.do("flag R PERSISTENT on")
    _lose_network(b)
    b.ask("up U")
    b.ask("down U")
    _network_again(b, breaks="REQ-CTL-041")
    b.check()


@scenario("imp-redial", "REQ-IMP-016", needs=NETWORK)
def no_redial_while_admin_down(b: Bench) -> None:
    """A persistent iface that is admin-down does not associate: when it is taken up it has nothing."""
    online(b)
    b.manual("R")
    b.do("flag R PERSISTENT on")
    b.ask("down R")
    b.wait(5)
    b.ask("up R")
    _stays_down(b, 5, breaks="REQ-IMP-016")
    b.check()


@scenario("real-traffic", "REQ-IMP-018", needs=("R", "dhcp", "traffic"))
def traffic_when_connected(b: Bench) -> None:
    """When L4_CONNECTED comes packets go out, and their answers come back."""
    online(b)
    b.stimulate("traffic")
    b.ask("down R")
    b.take()
    bring_up(b)
    b.until("L4_CONNECTED", "R", UP_SECONDS + DHCP_SECONDS)
    b.stimulate("traffic")
    b.check()
