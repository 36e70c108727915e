"""Zephyr's and our own words for what is done to a device and what it shows. No I/O."""
