"""Migrations of the NAS-Bench-Macro schema."""
