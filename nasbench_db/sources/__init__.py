"""How original files come here and are read: downloads, the catalogue, other processes."""
