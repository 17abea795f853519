"""The pages of places (地点页面)."""
