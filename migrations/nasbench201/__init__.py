"""Migrations of the NAS-Bench-201 schema."""
