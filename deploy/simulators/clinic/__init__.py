"""A dermatology clinic: a seeded schedule, and what its EHR and its lab send about it."""
