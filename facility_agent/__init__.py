"""Provider contracting and claims verification for health centres and mutuals."""

__version__ = "0.1.0"
