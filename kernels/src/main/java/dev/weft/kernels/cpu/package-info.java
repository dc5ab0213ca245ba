/// The CPU device: the Vector API on native memory, the same bits at every width and thread count.
package dev.weft.kernels.cpu;
