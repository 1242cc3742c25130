"""HTTP in and out of submission."""
