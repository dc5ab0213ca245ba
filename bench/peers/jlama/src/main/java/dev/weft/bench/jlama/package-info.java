/// Jlama as a peer of the benchmarks.
package dev.weft.bench.jlama;
