/// Weights on disk: safetensors files, single and sharded, and checkpoints.
package dev.weft.nn.io;
