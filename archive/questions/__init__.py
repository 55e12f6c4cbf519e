"""The archive's questions as SQL files, their loader and their runner."""
