"""Pure picture operations."""
