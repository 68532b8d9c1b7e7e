"""Migrations of the tables of measurement sets."""
