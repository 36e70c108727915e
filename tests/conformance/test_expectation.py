"""Expectations are written as the specification writes its traces."""

import pytest
from hypothesis import given, settings, strategies as st

from connmgr_hil.vocabulary.errors import BadInput
from connmgr_hil.vocabulary.expectation import Mark, difference, mark_of, own_left_out, parse
from connmgr_hil.vocabulary.observations import CallSeen, EventSeen


def marks(text: str) -> list[Mark]:
    """Read marks without groups."""
    return [mark for group in parse(text) for mark in group]


def test_a_sequence_is_groups_of_one() -> None:
    assert parse("IF_UP(U) connect(A)") == [[Mark("IF_UP", "U")], [Mark("connect", "A")]]


def test_braces_make_a_group() -> None:
    assert parse("IF_DOWN(A) {L4_DISCONNECTED(A) IF_ADMIN_DOWN(A)} IF_UP(-)") == [
        [Mark("IF_DOWN", "A")],
        [Mark("L4_DISCONNECTED", "A"), Mark("IF_ADMIN_DOWN", "A")],
        [Mark("IF_UP", "-")],
    ]


def test_nothing_is_nothing() -> None:
    assert parse("") == parse("  \n ") == []


@pytest.mark.parametrize(
    "text", ["IF_UP", "IF_UP(U", "IF_UP U", "IF_UP(U), IF_DOWN(U)", "[A(U)]", "(U)"]
)
def test_what_is_no_expectation_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(text)
    assert text in caught.value.seen


@pytest.mark.parametrize(
    ("wanted", "seen", "problem"),
    [
        ("", "", None),
        ("A(U) B(U)", "A(U) B(U)", None),
        ("{A(U) B(U)}", "B(U) A(U)", None),
        ("A(*)", "A(V)", None),
        ("A(-)", "A(-)", None),
        ("A(U) B(U)", "B(U) A(U)", "B(U) came instead of A(U)"),
        ("A(U) B(U)", "A(U)", "B(U) did not come"),
        ("{A(U) B(U)}", "B(U)", "A(U) did not come"),
        ("A(U)", "A(U) A(U)", "A(U) came although nothing more was expected"),
        ("", "A(U)", "A(U) came although nothing more was expected"),
        ("A(U)", "A(V)", "A(V) came instead of A(U)"),
        ("{A(U) B(U)} C(U)", "A(U) C(U) B(U)", "C(U) came instead of B(U)"),
        ("A(-)", "A(U)", "A(U) came instead of A(-)"),
    ],
)
def test_the_first_difference_is_told(wanted: str, seen: str, problem: str | None) -> None:
    assert problem == difference(parse(wanted), marks(seen))


@pytest.mark.parametrize(
    ("wanted", "dad", "kept"),
    [
        ("IF_UP(U)", False, "IPV6_ADDR_ADD(U) IF_UP(U) IPV6_DAD_SUCCEED(U) IPV4_ADDR_ADD(U)"),
        ("IF_UP(U)", True, "IF_UP(U) IPV4_ADDR_ADD(U)"),
        ("IPV6_DAD_SUCCEED(U)", True, "IF_UP(U) IPV6_DAD_SUCCEED(U) IPV4_ADDR_ADD(U)"),
    ],
)
def test_link_local_addresses_come_by_themselves_with_duplicate_address_detection(
    wanted: str, dad: bool, kept: str
) -> None:
    seen = marks("IPV6_ADDR_ADD(U) IF_UP(U) IPV6_DAD_SUCCEED(U) IPV4_ADDR_ADD(U)")
    assert own_left_out(parse(wanted), seen, dad=dad) == marks(kept)


_MARKS = st.lists(st.sampled_from("A(U) B(U) A(V) B(-) C(A)".split()), max_size=8)


@settings(derandomize=True, deadline=None)
@given(seen=_MARKS, other=_MARKS)
def test_a_group_fits_in_any_order_and_a_sequence_only_in_its_own(
    seen: list[str], other: list[str]
) -> None:
    text = " ".join(seen)
    assert difference(parse(text), marks(text)) is None
    assert (difference(parse(text), marks(" ".join(other))) is None) == (seen == other)
    if seen:
        turned = " ".join(reversed(seen))
        assert difference(parse("{" + text + "}"), marks(turned)) is None


def test_records_become_marks() -> None:
    letters = {4: "U"}
    event = EventSeen(t=0, listener="early", name="IF_UP", code=1, iface=4)
    assert mark_of(event, letters) == Mark("IF_UP", "U")
    assert mark_of(CallSeen(t=0, iface=9, op="connect"), letters) == Mark("connect", "9")
    resent = EventSeen(t=0, listener="early", name="L4_DISCONNECTED", code=1, iface=0)
    assert str(mark_of(resent, letters)) == "L4_DISCONNECTED(-)"
