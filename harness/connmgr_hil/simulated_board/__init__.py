"""A device that needs no hardware: the probe's whole device side in a separate process.

It is built as Zephyr is built (threads, mutexes and queues over a virtual clock) and shares no code
with the reference model, so that the two can disagree. Run it with
``python -m connmgr_hil.simulated_board``.
"""
