"""Migrations of the NATS-Bench, size search space schema."""
