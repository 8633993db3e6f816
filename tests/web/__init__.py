"""The pages, on two real installations that know each other."""
