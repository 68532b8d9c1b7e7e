"""Migrations of the NAS-Bench-101 schema."""
