/// Deeplearning4j as a peer of the benchmarks.
package dev.weft.bench.deeplearning4j;
