"""What the commands do: one module a command, and the only place for progress bars. Heavy imports live in here."""
