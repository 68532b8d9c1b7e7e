"""Migrations of the NAS-Bench-NLP schema."""
