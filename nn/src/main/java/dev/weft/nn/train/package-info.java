/// The training loop, its logs and its progress bar.
package dev.weft.nn.train;
