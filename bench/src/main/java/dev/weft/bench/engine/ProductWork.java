package dev.weft.bench.engine;

/// c = a · b in F32, all row-major: a (m, k), b (k, n).
///
/// @param packed b is a weight that stays the same, so that an engine may lay it out once
public record ProductWork(int m, int k, int n, boolean packed, float[] a, float[] b) {}
