"""Benchmarks: how fast connmgr-hil is, beside its peers. Run them with `make bench`."""
