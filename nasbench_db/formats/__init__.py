"""Readers of foreign file formats. They know bytes and records, no database, no benchmark."""
