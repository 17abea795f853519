"""How cases of organisations move (组织的流程)."""
