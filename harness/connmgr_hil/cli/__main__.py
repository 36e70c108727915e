"""Start `cmhil` as `python -m connmgr_hil.cli`."""

from .main import main

main()
