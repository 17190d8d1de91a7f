"""Results that a workspace keeps, a frozen dataclass a kind: what commands save, and pages and notebooks read."""
