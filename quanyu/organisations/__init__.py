"""Bodies that act, and which of them answers for what, where and when (组织、权责)."""
