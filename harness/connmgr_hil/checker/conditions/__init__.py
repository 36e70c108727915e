"""The conditions that the rows in `blame` can name, grouped by subject."""
