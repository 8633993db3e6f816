"""The demonstration: two installations, a month of visits with planted mistakes, and everything that follows."""
