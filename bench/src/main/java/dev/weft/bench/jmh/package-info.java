/// JMH benchmarks, kernel by kernel; `./weft bench jmh` runs them.
package dev.weft.bench.jmh;
