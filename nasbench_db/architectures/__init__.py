"""What the architectures of all benchmarks share. It knows no benchmark and no database."""
