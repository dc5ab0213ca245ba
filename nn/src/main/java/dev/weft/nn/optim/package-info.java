/// Optimizers, gradient clipping, schedules of the learning rate and early stopping.
package dev.weft.nn.optim;
