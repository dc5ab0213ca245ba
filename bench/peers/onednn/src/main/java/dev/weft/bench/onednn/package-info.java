/// oneDNN beside Weft.
package dev.weft.bench.onednn;
