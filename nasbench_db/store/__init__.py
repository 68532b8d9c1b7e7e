"""The life of a database file: building, opening, replacing, migrating and checking it."""
