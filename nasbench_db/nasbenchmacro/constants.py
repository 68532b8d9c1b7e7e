"""The search space of NAS-Bench-Macro: what is varied in it, and what is not."""

from __future__ import annotations

OPERATIONS = ("Identity", "MB3_K3", "MB6_K5")
"""What a layer can be; its place here is its digit in the code of an architecture."""

STAGES = (2, 3, 3)
"""How many layers each stage has; the first of a stage halves the resolution."""

NUM_LAYERS = sum(STAGES)
"""How many layers are varied: 8."""

SPACE_SIZE = len(OPERATIONS) ** NUM_LAYERS
"""How many codes there are: 6,561. They are of 3,969 different networks."""

NUM_EPOCHS = 50
"""The epochs of every training."""

SEEDS = (0, 1, 2)
"""The seeds of the trainings, in the order of the file's three accuracies."""
