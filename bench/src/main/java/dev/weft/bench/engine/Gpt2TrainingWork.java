package dev.weft.bench.engine;

/// One step of AdamW on the mean cross-entropy of the next token: learning rate 1e-4, β 0.9 and
/// 0.999, ε 1e-8, weight decay 0.01 on matrices and none on biases and norms, the global norm of
/// the gradients clipped to 1, no dropout.
///
/// @param rows sequences of the batch
/// @param length tokens of a row that are read; a row has one more, the last target
/// @param ids rows · (length + 1) ids, row by row
public record Gpt2TrainingWork(int rows, int length, int[] ids) {}
