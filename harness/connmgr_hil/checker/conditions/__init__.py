"""What the rows of the table of `blame` can ask about a situation, by what it is about."""
