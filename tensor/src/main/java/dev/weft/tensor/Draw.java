package dev.weft.tensor;

/// How [Kernels#sample] gets from a row of V logits to one id, all of it on the device:
///
/// 1. z = logit / temperature
/// 2. z[id] = z[id] − penalty · count, in double, rounded once, for the row's counted ids
/// 3. top-k: the k largest, of equal ones the smaller ids
/// 4. top-p: the nucleus of what is left. The mass of an id is [Elementary#mass] beside the largest
///    z, and masses are added exactly; from the largest z down (of equal ones by id) up to the
///    first id at which the sum reaches p · total, or, exclusive, while it stays at or below, and
///    at least one
/// 5. one draw: w = [Elementary#exp(float)] of z − max, 0 for what is not left, is summed in double
///    in blocks of 1,024 ids, inside a block in sixteen lanes (id mod 16) and the tree lane j +=
///    lane j + 8, 4, 2, 1; blocks ascending. The first block at which the cumulated weight exceeds
///    u · total, else the last that weighs anything, is walked id by id to the first id at which it
///    does, else to the last of weight > 0. u is [Philox#uniform] of (seed, TOKEN, step, sequence).
///
/// @param temperature above 0, rounded to F32
/// @param penalty finite; 0 is off
/// @param counts the ids that the penalty counts, or null where it is 0
/// @param topK 0 is off
/// @param topP in [0, 1]; 0 is off
/// @param exclusive the rule of top-p
/// @param seed of the draws
/// @param steps I32 (R): the position of the token that is drawn
/// @param sequences I32 (R): the number of the row's sequence
public record Draw(
    double temperature,
    double penalty,
    Counts counts,
    int topK,
    double topP,
    boolean exclusive,
    long seed,
    Tensor steps,
    Tensor sequences) {
  /// Distinct ids of each row and how often they occurred; row r has numbers starts[r] …
  /// starts[r + 1] − 1.
  ///
  /// @param starts I32 (R + 1)
  /// @param ids I32 (N)
  /// @param times I32 (N)
  public record Counts(Tensor starts, Tensor ids, Tensor times) {}
}
