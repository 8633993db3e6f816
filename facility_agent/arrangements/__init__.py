"""The contract as records: a national arrangement with its dates, and the agreement that adopts it."""
