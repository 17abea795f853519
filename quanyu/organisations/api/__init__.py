"""JSON of organisations (组织接口)."""
