"""The ledger in a database: SQLAlchemy Core over SQLite or PostgreSQL, the same tables and statements on both."""
