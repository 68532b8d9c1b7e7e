"""What was trained and recorded in the way of NAS-Bench-201, whatever the search space."""
