package dev.weft.nn.train;

/// What one training step did.
///
/// @param step number of steps done, this one included
/// @param loss mean loss of its batches
/// @param rate learning rate
/// @param gradientNorm norm of the gradients before any clip
/// @param tokensPerSecond speed; the only figure that depends on time
/// @param evaluation loss of the evaluation after this step; NaN when there was none
public record StepReport(
    long step,
    double loss,
    double rate,
    double gradientNorm,
    double tokensPerSecond,
    double evaluation) {}
