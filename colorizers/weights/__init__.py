"""The small trained checkpoints, and how files of weights are read and checked."""
