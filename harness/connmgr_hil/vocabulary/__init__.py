"""Names for what is done to a device and what it shows, Zephyr's and our own. No I/O."""
