/// Benchmarks, the side-by-side harness, reports and plots.
package dev.weft.bench;
