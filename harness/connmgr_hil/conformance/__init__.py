"""Scenarios, and everything that runs them and says what they showed."""
