"""The database of a service: its own schema and roles, transactions for named practices."""

from shared.db.database import Database, raw, wake_after_commit

__all__ = ["Database", "raw", "wake_after_commit"]
