"""Migrations of the NDS schema."""
