"""A small domain with personal fields, for the tests of privacy alone (测试用)."""
