"""The three scenes as work: load, ask the rules, save."""
