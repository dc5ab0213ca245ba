/// Layers, losses, optimizers, weights on disk and the training loop.
package dev.weft.nn;
