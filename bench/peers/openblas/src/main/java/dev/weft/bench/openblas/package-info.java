/// OpenBLAS beside Weft.
package dev.weft.bench.openblas;
