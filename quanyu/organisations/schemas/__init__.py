"""What comes in and goes out of the API of organisations (组织接口)."""
