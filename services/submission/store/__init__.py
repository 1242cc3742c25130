"""Every SQL statement of submission, by what it is about."""
