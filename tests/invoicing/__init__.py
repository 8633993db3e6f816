"""Tests of the invoicing room."""
