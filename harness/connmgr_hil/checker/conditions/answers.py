"""Conditions about what an implementation or the L2 answers, and what came as the answer of a command."""

from connmgr_hil.checker.situations import Situation
from connmgr_hil.vocabulary.stimuli import FLAGS


def refuses_up(s: Situation) -> bool:
    """The L2 refuses to be enabled."""
    return bool(s.iface.l2_rc)


def connect_positive(s: Situation) -> bool:
    """The implementation answers connect with a positive status."""
    return s.impl.connect_rc > 0


def connect_refused(s: Situation) -> bool:
    """The implementation refuses to connect."""
    return s.impl.connect_rc < 0


def connect_refused_up(s: Situation) -> bool:
    """... when it was taken up."""
    return s.cause == "up" and bool(s.impl.connect_rc)


def up_and_connect_refused(s: Situation) -> bool:
    """... and its admin-up was seen."""
    return s.name == "IF_ADMIN_UP" and connect_refused(s)


def disconnect_refused(s: Situation) -> bool:
    """The implementation refuses to disconnect."""
    return bool(s.impl.disconnect_rc)


def refused_idle_disconnect(s: Situation) -> bool:
    """disconnect was answered with an error, though nothing was to be disconnected."""
    return s.status != "0" and s.impl.ended != "disconnect"


def of_no_call(s: Situation) -> bool:
    """The implementation was not to be called for this answer."""
    return not any(each.kind == "call" for each in s.shown)


def owed_zero(s: Situation) -> bool:
    """The answer should have been 0."""
    return s.owed is not None and s.owed.kind in ("part", "reply") and s.owed.key[-1] == "0"


def error_for_zero(s: Situation) -> bool:
    """An error came instead of 0."""
    return owed_zero(s) and s.status.startswith("-")


def positive(s: Situation) -> bool:
    """The answer was a positive status."""
    return s.status.isdigit() and s.status != "0"


def timeout_negative(s: Situation) -> bool:
    """Its timeout is negative."""
    return s.iface.timeout < 0


def flag_unknown(s: Situation) -> bool:
    """The flag does not exist in this release."""
    name = s.word(2)
    flag = FLAGS.index(name) if name in FLAGS else int(name or 0)
    return not 0 <= flag < s.world.profile.flags


def null_pointer(s: Situation) -> bool:
    """The value or the length of an option is a NULL pointer."""
    return s.word(3).startswith("null")


def other_than_the_value(s: Situation) -> bool:
    """Status, name or length of an option are others than those of a value that can be read."""
    return s.status != "0" or s.word(2) != "1" or s.value.get("len") != "4"


def value_of_another(s: Situation) -> bool:
    """The value is that of another binding."""
    data = s.value.get("data", "")
    return data != s.impl.option and any(each.impl.option == data for each in s.others)


def not_bound(s: Situation) -> bool:
    """-ENOTSUP came instead."""
    return s.status == "-ENOTSUP"


def shutdown(s: Situation) -> bool:
    """-ESHUTDOWN came instead."""
    return s.status == "-ESHUTDOWN"


def zero(s: Situation) -> bool:
    """A bulk call was answered with 0, and should not have been."""
    return s.status == "0"
