"""A country's load, invented: facilities, people, care by level and season, and planted faults with their truth."""
