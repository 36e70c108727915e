"""The table of blame: what differed, in which situation, and the requirement that is broken by it.

What differed is one of these; `*` stands for any ending:

* `missing RULE`: what a rule of the model owes did not come, or came with another value (`missing returns COMMAND`);
* `overdue TIMER`: a timer of the model ran out, and nothing came of it;
* `extra EVENT`, `extra call OP`: nothing owes what was seen;
* `other WHAT`: what was owed came, but with another iface, info or state;
* `order FIRST/SECOND`: the second came before the first, which it presupposes;
* `dump FIELD`: a dumped iface is not as the model has it;
* `count more`, `count fewer`: the implementation was tried more or less often than it must;
* `malformed WHAT`, `waited`, `late EVENT`: wrong whatever happened before;
* `reset`, `crash REASON`, `stuck WHAT`: the device ended.

The first row that fits counts. Where what was seen does not tell requirements apart, a row names them all, the likeliest first.

The rows stand in one module for each kind of difference; `TABLE` is all of them, in their order.
"""

from functools import cache

from connmgr_hil.checker.situations import Situation
from connmgr_hil.vocabulary.requirements import requirements

from .answers import ANSWERS, COUNTED, DUMPED
from .anytime import ENDS, ORDER, SENSELESS
from .extra import EXTRA, FORBIDDEN
from .missing import MISSING, OVERDUE, OWED
from .other import OTHER

TABLE = (
    *ENDS, *SENSELESS, *ORDER, *DUMPED, *COUNTED, *OVERDUE, *ANSWERS, *MISSING, *OWED, *OTHER, *EXTRA, *FORBIDDEN,
)  # fmt: skip


def blamed(differs: str, situation: Situation | None = None) -> tuple[str, ...]:
    """Return the requirements that are broken, the likeliest first; none if no row fits."""
    return next((row.requirements for row in TABLE if row.fits(differs, situation)), ())


def sentence_of(broken: tuple[str, ...]) -> str:
    """Return what the first of these requirements says, in the specification's words."""
    return requirements()[broken[0]].sentence


@cache
def rules() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the rules of the model, each with what caused it ("" is anything), and the requirements behind it."""
    return {(row.differs.removeprefix("missing "), row.cause): row.requirements for row in OWED}


def key_of(name: str, cause: str) -> tuple[str, str]:
    """Return the key under which a rule stands in `rules`: with its cause, or the general one."""
    return (name, cause) if (name, cause) in rules() else (name, "")
