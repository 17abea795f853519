"""How often somebody may knock, counted without slowing the next (次数限制)."""
