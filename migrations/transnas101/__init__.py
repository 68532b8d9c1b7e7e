"""Migrations of the TransNAS-Bench-101 schema."""
