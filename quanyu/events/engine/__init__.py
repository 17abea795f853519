"""Computations of their own on matters: arrays in, arrays out, loaded by no web worker (计算)."""
