"""What a requirement says of itself."""

import re

from connmgr_hil.vocabulary.requirements import requirements


def test_each_requirement_says_in_words_where_it_stands() -> None:
    for each in requirements().values():
        assert re.match(r"documentation|include/|subsys/|Zephyr's|the design|what any", each.place)
        assert not re.search(r"\bnp?\b|\bp:", each.sentence), each.id
