"""Connect and disconnect (REQ-CTL, REQ-IMP), with the sequences Q1 to Q26 of the specification."""

from connmgr_hil.conformance.bench import V4, V4B, Bench
from connmgr_hil.conformance.scenario import scenario

UP_A = "IF_ADMIN_UP(A) IF_UP(A)"
LOST_A = "IF_DOWN(A) {L4_DISCONNECTED(A) IF_ADMIN_DOWN(A)}"


def connects_at_once(b: Bench, letter: str = "A", address: str = V4) -> None:
    """Let an iface connect at once, and give it an address."""
    b.do(f"sim {letter} mode sync")
    b.do(f"addr4 {letter} add {address}", f"IPV4_ADDR_ADD({letter})")


@scenario("up-connects-at-once", "REQ-AUTO-001", "REQ-EVT-017")
def up_connects_at_once(b: Bench) -> None:
    """up with auto-connect and an implementation that connects at once."""
    connects_at_once(b)
    b.do("up A", f"connect(A) {UP_A} L4_CONNECTED(A)")
    b.counters("A", connect=1)


@scenario("up-connects-later", "REQ-CTL-011", "REQ-CTL-012", "REQ-EVT-019", "REQ-IMP-010")
def up_connects_later(b: Bench) -> None:
    """up with auto-connect and an association that takes its time; the call does not wait for it."""
    b.do(f"addr4 A add {V4}", "IPV4_ADDR_ADD(A)")
    b.do("sim A delay_ms 2000")
    reply = b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    took = (reply.t - reply.t0) / 1e6
    b.require(took < 0.1, "the call takes less than 0.1 s", f"{took:.3f} s")
    b.state("A", admin=True, oper="dormant")
    b.wait(1.9)
    b.wait(0.7, "IF_UP(A) L4_CONNECTED(A)")


@scenario("connect-takes-up", "REQ-CTL-001", "REQ-CTL-005")
def connect_brings_up(b: Bench) -> None:
    """connect takes an admin-down iface up and calls the implementation once."""
    connects_at_once(b)
    b.do("flag A NO_AUTO_CONNECT on")
    b.do("connect A", "{IF_ADMIN_UP(A) connect(A)} IF_UP(A) L4_CONNECTED(A)")
    b.counters("A", connect=1)


@scenario(
    "connect-admin-up", "REQ-CTL-001", "REQ-CTL-010", "REQ-CTL-012", "REQ-IMP-010", "REQ-IMP-014"
)
def connect_admin_up(b: Bench) -> None:
    """connect on an admin-up iface calls the implementation once and starts an attempt."""
    b.manual("A")
    b.do("up A", "IF_ADMIN_UP(A)")
    reply = b.do("connect A", "connect(A)")
    took = (reply.t - reply.t0) / 1e6
    b.require(took < 0.1, "connect takes less than 0.1 s", f"{took:.3f} s")
    b.counters("A", connect=1, attempts=1)
    b.wait(0.5, "IF_UP(A)")


@scenario("connect-with-auto-connect", "REQ-AUTO-007")
def connect_with_auto_connect(b: Bench) -> None:
    """connect of an admin-down iface with auto-connect reaches the implementation twice."""
    connects_at_once(b)
    b.do("connect A", "connect(A) {connect(A) IF_ADMIN_UP(A) IF_UP(A) L4_CONNECTED(A)}")
    if b.counters("A")["connect"] == "2":
        b.quirk("REQ-AUTO-007")


@scenario("connect-again", "REQ-CTL-010", "REQ-IMP-007")
def connect_again(b: Bench) -> None:
    """connect while connecting and while connected is forwarded and raises nothing."""
    b.manual("A")
    b.do("up A", "IF_ADMIN_UP(A)")
    b.do("timeout A 2")
    b.do("sim A delay_ms 1500")
    b.do("connect A", "connect(A)")
    b.wait(1)
    b.do("connect A", "connect(A)")
    b.wait(1, "IF_UP(A)")
    b.do("connect A", "connect(A)")
    b.counters("A", connect=3, attempts=1)
    b.wait(3)
    b.state("A", oper="up")


@scenario("connect-again-timeout", "REQ-IMP-007", "REQ-CTL-019")
def connect_again_before_timeout(b: Bench) -> None:
    """connect while connecting does not give the attempt more time."""
    b.manual("A")
    b.do("up A", "IF_ADMIN_UP(A)")
    b.do("sim A mode never")
    b.do("timeout A 2")
    b.do("connect A", "connect(A)")
    b.wait(1)
    b.do("connect A", "connect(A)")
    b.wait(0.9)
    b.wait(0.7, "CONN_IF_TIMEOUT(A)")
    b.wait(3)
    b.counters("A", attempts=1, timeouts=1)


@scenario("connect-fails", "REQ-CTL-007", "REQ-CTL-008", "REQ-CTL-009")
def connect_fails(b: Bench) -> None:
    """What the implementation returns is returned; the iface stays admin-up."""
    b.manual("A")
    b.do("sim A connect_rc -5")
    b.do("connect A", "{IF_ADMIN_UP(A) connect(A)}", rc="-EIO")
    b.state("A", admin=True, oper="dormant")
    b.do("sim A connect_rc 1")
    b.do("connect A", "connect(A)", rc="1")


@scenario(
    "timeout-takes-down",
    "REQ-CTL-019",
    "REQ-AUTO-010",
    "REQ-AUTO-019",
    "REQ-IMP-009",
    needs=("autodown",),
)
def times_out(b: Bench) -> None:
    """An attempt that times out ends admin-down, persistent or not, without a call of disconnect."""
    b.do("sim A mode never")
    b.do("timeout A 2")
    for persistent in ("off", "on"):
        b.do(f"flag A PERSISTENT {persistent}")
        b.do("up A", "connect(A) IF_ADMIN_UP(A)")
        b.wait(1.9)
        b.wait(0.7, "CONN_IF_TIMEOUT(A) IF_ADMIN_DOWN(A)")
        b.wait(5)
    b.counters("A", disconnect=0, timeouts=2, attempts=2)


@scenario("timeout-no-auto-down", "REQ-CTL-019", "REQ-CTL-022", "REQ-AUTO-015")
def times_out_no_auto_down(b: Bench) -> None:
    """With NO_AUTO_DOWN a timeout leaves the iface admin-up and idle, even when persistent."""
    b.do("flag A NO_AUTO_DOWN on")
    b.do("flag A PERSISTENT on")
    b.do("sim A mode never")
    b.do("timeout A 1")
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.wait(1.6, "CONN_IF_TIMEOUT(A)")
    b.counters("A", attempts=1)
    b.do("sim A mode async")
    b.wait(5)
    b.state("A", admin=True, oper="dormant")
    b.counters("A", attempts=1, timeouts=1)


@scenario("fatal-while-connecting", "REQ-CTL-028", "REQ-AUTO-011", needs=("autodown",))
def fatal_while_connecting(b: Bench) -> None:
    """A fatal error while connecting abandons the attempt and ends admin-down."""
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.do("fatal A", "CONN_IF_FATAL_ERROR(A) IF_ADMIN_DOWN(A)")
    b.wait(2)
    b.state("A", dormant=True)


@scenario(
    "fatal-while-connected", "REQ-AUTO-011", "REQ-CTL-029", "REQ-AUTO-019", needs=("autodown",)
)
def fatal_while_connected(b: Bench) -> None:
    """A fatal error of a connected, persistent iface: admin-down, oper-down, no new attempt."""
    connects_at_once(b)
    b.do("flag A PERSISTENT on")
    b.do("sim A fatal_keeps 1")
    b.do("up A", f"connect(A) {UP_A} L4_CONNECTED(A)")
    b.do("fatal A 7", "CONN_IF_FATAL_ERROR(A) IF_ADMIN_DOWN(A) IF_DOWN(A) L4_DISCONNECTED(A)")
    b.wait(3)
    b.counters("A", connect=1, disconnect=0, attempts=1)


@scenario("fatal-dormant", "REQ-CTL-028", "REQ-CTL-029", "REQ-AUTO-015")
def fatal_reports_oper_down(b: Bench) -> None:
    """An implementation that reports oper-down with its fatal error; NO_AUTO_DOWN keeps the iface up."""
    connects_at_once(b)
    b.do("flag A NO_AUTO_DOWN on")
    b.do("flag A PERSISTENT on")
    b.do("up A", f"connect(A) {UP_A} L4_CONNECTED(A)")
    b.do("fatal A", "IF_DOWN(A) L4_DISCONNECTED(A) CONN_IF_FATAL_ERROR(A)")
    b.wait(3)
    b.state("A", admin=True, oper="dormant")
    b.counters("A", attempts=1)


@scenario(
    "loss",
    "REQ-AUTO-008",
    "REQ-EVT-009",
    "REQ-CTL-026",
    "REQ-AUTO-019",
    "REQ-IMP-002",
    needs=("autodown",),
)
def loss(b: Bench) -> None:
    """Loss of a non-persistent iface takes it admin-down; no new attempt."""
    connects_at_once(b)
    b.do("up A", f"connect(A) {UP_A} L4_CONNECTED(A)")
    b.do("lose A", LOST_A)
    b.wait(3)
    b.counters("A", attempts=1, disconnect=0)


@scenario("loss-persistent", "REQ-AUTO-009", "REQ-CTL-024", "REQ-CTL-025")
def loss_persistent(b: Bench) -> None:
    """Loss of a persistent iface leaves it admin-up and starts an attempt with its own timeout."""
    connects_at_once(b)
    b.do("flag A PERSISTENT on")
    b.do("timeout A 2")
    b.do("up A", f"connect(A) {UP_A} L4_CONNECTED(A)")
    b.wait(10)
    b.do("sim A delay_ms 1900")
    b.do("lose A", "IF_DOWN(A) L4_DISCONNECTED(A)")
    b.wait(1.8)
    b.wait(0.7, "IF_UP(A) L4_CONNECTED(A)")
    b.counters("A", connect=1, attempts=2, timeouts=0)


@scenario("loss-then-timeout", "REQ-CTL-025", "REQ-AUTO-010", needs=("autodown",))
def loss_then_timeout(b: Bench) -> None:
    """A persistent iface whose new attempt fails times out two seconds after the loss."""
    connects_at_once(b)
    b.do("flag A PERSISTENT on")
    b.do("timeout A 2")
    b.do("up A", f"connect(A) {UP_A} L4_CONNECTED(A)")
    b.wait(10)
    b.do("sim A mode never")
    b.do("lose A", "IF_DOWN(A) L4_DISCONNECTED(A)")
    b.wait(1.9)
    b.wait(0.7, "CONN_IF_TIMEOUT(A) IF_ADMIN_DOWN(A)")
    b.wait(4)


@scenario("loss-no-auto-down", "REQ-AUTO-015", "REQ-CTL-026")
def loss_no_auto_down(b: Bench) -> None:
    """Loss with NO_AUTO_DOWN leaves the iface admin-up and idle."""
    connects_at_once(b)
    b.do("flag A NO_AUTO_DOWN on")
    b.do("up A", f"connect(A) {UP_A} L4_CONNECTED(A)")
    b.do("lose A", "IF_DOWN(A) L4_DISCONNECTED(A)")
    b.do("lose A", rc="-ENOTCONN")
    b.wait(3)
    b.state("A", admin=True, oper="dormant")
    b.counters("A", attempts=1)


@scenario("disconnect-connected", "REQ-CTL-013", "REQ-AUTO-012", "REQ-IMP-014", needs=("autodown",))
def disconnect_connected(b: Bench) -> None:
    """disconnect of a connected iface: oper-down, disconnected, admin-down; persistent or not."""
    connects_at_once(b)
    for persistent in ("off", "on"):
        b.do(f"flag A PERSISTENT {persistent}")
        b.do("up A", f"connect(A) {UP_A} L4_CONNECTED(A)")
        b.do("disconnect A", f"disconnect(A) {LOST_A}")
        b.state("A", admin=False)


@scenario(
    "disconnect-connecting", "REQ-CTL-017", "REQ-AUTO-013", "REQ-CTL-045", needs=("autodown",)
)
def disconnect_connecting(b: Bench) -> None:
    """disconnect during an attempt cancels it; up to 4.1 the iface goes admin-down."""
    b.do("sim A delay_ms 300")
    b.do("timeout A 1")
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.wait(0.1)
    stays = b.profile.intent_mark
    b.do("disconnect A", "disconnect(A)" if stays else "disconnect(A) IF_ADMIN_DOWN(A)")
    b.wait(2)
    b.state("A", admin=stays)


@scenario("disconnect-no-auto-down", "REQ-CTL-018", "REQ-AUTO-015")
def disconnect_no_auto_down(b: Bench) -> None:
    """disconnect with NO_AUTO_DOWN leaves the iface admin-up; it does not reconnect, even when persistent."""
    connects_at_once(b)
    b.do("flag A NO_AUTO_DOWN on")
    b.do("flag A PERSISTENT on")
    b.do("up A", f"connect(A) {UP_A} L4_CONNECTED(A)")
    b.do("disconnect A", "disconnect(A) IF_DOWN(A) L4_DISCONNECTED(A)")
    b.wait(5)
    b.state("A", admin=True, oper="dormant")
    b.counters("A", attempts=1)


@scenario("disconnect-fails", "REQ-CTL-016", "REQ-AUTO-014", needs=("autodown",))
def disconnect_fails(b: Bench) -> None:
    """A failed disconnect returns its error; up to 4.1 the iface goes admin-down all the same."""
    connects_at_once(b)
    b.do("up A", f"connect(A) {UP_A} L4_CONNECTED(A)")
    b.do("sim A disconnect_rc -33")
    if b.profile.intent_mark:
        b.do("disconnect A", "disconnect(A)", rc="-EDOM")
        b.state("A", admin=True, oper="up")
    else:
        shows = "disconnect(A) IF_ADMIN_DOWN(A) IF_DOWN(A) L4_DISCONNECTED(A)"
        b.do("disconnect A", shows, rc="-EDOM")


@scenario("disconnect-positive", "REQ-CTL-016")
def disconnect_positive(b: Bench) -> None:
    """A positive status of disconnect is returned unchanged, too."""
    b.manual("A")
    connects_at_once(b)
    b.do("up A", "IF_ADMIN_UP(A)")
    b.do("connect A", "connect(A) IF_UP(A) L4_CONNECTED(A)")
    b.do("sim A disconnect_rc 1")
    b.do("disconnect A", "disconnect(A)", rc="1")
    b.state("A", oper="up")


@scenario("disconnect-admin-down", "REQ-CTL-015")
def disconnect_admin_down(b: Bench) -> None:
    """disconnect of an admin-down iface returns 0 and calls nobody."""
    b.do("disconnect A")
    b.counters("A", disconnect=0)


@scenario("disconnect-idle", "REQ-IMP-008")
def disconnect_idle(b: Bench) -> None:
    """disconnect of an admin-up iface that is not connected returns 0 and raises nothing."""
    b.manual("A")
    b.do("up A", "IF_ADMIN_UP(A)")
    b.do("disconnect A", "disconnect(A)")
    b.wait(1)


@scenario("down-while-connected", "REQ-CTL-043")
def down_while_connected(b: Bench) -> None:
    """Admin-down does not call disconnect; the next up finds the iface oper-up at once."""
    connects_at_once(b)
    b.do("up A", f"connect(A) {UP_A} L4_CONNECTED(A)")
    b.do("down A", "IF_ADMIN_DOWN(A) IF_DOWN(A) L4_DISCONNECTED(A)")
    b.counters("A", disconnect=0)
    b.do("up A", f"connect(A) {UP_A} L4_CONNECTED(A)")


@scenario("association-while-down", "REQ-CTL-044")
def association_while_down(b: Bench) -> None:
    """An association that completes while the iface is admin-down does not make it oper-up."""
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.do("down A", "IF_ADMIN_DOWN(A)")
    b.wait(1)
    b.state("A", admin=False, oper="down", dormant=False)
    b.do("up A", f"connect(A) {UP_A}")


@scenario("watch-admin", "REQ-IMP-016")
def clean_new_attempt(b: Bench) -> None:
    """An implementation that watches admin-down makes a clean new attempt after down and up."""
    b.do("sim A watch_admin 1")
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.wait(0.5, "IF_UP(A)")
    b.do("down A", "IF_ADMIN_DOWN(A) IF_DOWN(A)")
    b.do("up A", "connect(A) IF_ADMIN_UP(A)")
    b.state("A", oper="dormant")
    b.wait(0.5, "IF_UP(A)")


@scenario("unbound-refused", "REQ-CTL-002", "REQ-CTL-014")
def unbound(b: Bench) -> None:
    """connect and disconnect of an unbound iface: -ENOTSUP, and nothing changes."""
    b.do("connect U", rc="-ENOTSUP")
    b.do("disconnect U", rc="-ENOTSUP")
    b.state("U", admin=False)
    b.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")
    b.do("disconnect U", rc="-ENOTSUP")
    b.state("U", admin=True, oper="up")


@scenario("unbound-raised", "REQ-AUTO-006")
def timeout_of_unbound(b: Bench) -> None:
    """TIMEOUT and FATAL_ERROR raised for an unbound iface are delivered and do nothing else."""
    b.ready("U")
    b.do("raise CONN_IF_TIMEOUT U", "CONN_IF_TIMEOUT(U)")
    b.do("raise CONN_IF_FATAL_ERROR U", "CONN_IF_FATAL_ERROR(U)")
    b.do("dormant U on", "IF_DOWN(U) L4_DISCONNECTED(U)")
    b.state("U", admin=True, oper="dormant")


@scenario("ignored-bound", "REQ-IGN-015")
def ignored_bound(b: Bench) -> None:
    """An ignored bound iface comes up without L4 events; watching it connects."""
    connects_at_once(b)
    b.do("ignore A")
    b.do("up A", f"connect(A) {UP_A}")
    b.do("watch A", "L4_CONNECTED(A)")


@scenario("disconnect-then-connect", "REQ-CTL-048", "REQ-AUTO-023", needs=("autodown",))
def disconnect_then_connect(b: Bench) -> None:
    """disconnect, settle, connect ends connected, twenty times over."""
    connects_at_once(b)
    b.do("flag A NO_AUTO_CONNECT on")
    for _ in range(20):
        b.do("connect A", "{IF_ADMIN_UP(A) connect(A)} IF_UP(A) L4_CONNECTED(A)")
        b.do("disconnect A", f"disconnect(A) {LOST_A}")


@scenario("isolation", "REQ-CTL-041", "REQ-IMP-015", "REQ-EVT-014")
def two_bindings(b: Bench) -> None:
    """Two bindings of one implementation do not touch each other."""
    b.manual("A", "B")
    for letter in ("A", "B"):
        b.do(f"up {letter}", f"IF_ADMIN_UP({letter})")
    b.do("sim B mode never")
    b.do("timeout B 1")
    b.do("connect A", "connect(A)")
    b.do("connect B", "connect(B)")
    for letter in ("A", "B"):
        b.counters(letter, attempts=1)
    b.wait(0.5, "IF_UP(A)")
    b.wait(1, "CONN_IF_TIMEOUT(B)")
    b.do("lose A", "IF_DOWN(A)")
    b.counters("A", connect=1, timeouts=0, attempts=1)
    b.counters("B", connect=1, timeouts=1, attempts=1)
    b.do("timeout A", value="0")
    b.do("fatal B 3", "CONN_IF_FATAL_ERROR(B)")
    b.state("A", admin=True)


@scenario("bulk-isolated", "REQ-CTL-041")
def addresses_of_both(b: Bench) -> None:
    """Two connected ifaces with addresses: losing one keeps L4 connectivity."""
    b.manual("A", "B")
    connects_at_once(b, "A")
    connects_at_once(b, "B", V4B)
    b.do("connect A", "{IF_ADMIN_UP(A) connect(A)} IF_UP(A) L4_CONNECTED(A)")
    b.do("connect B", "{IF_ADMIN_UP(B) connect(B)} IF_UP(B)")
    b.do("lose A", "IF_DOWN(A)")
    b.do("lose B", "IF_DOWN(B) L4_DISCONNECTED(B)")
