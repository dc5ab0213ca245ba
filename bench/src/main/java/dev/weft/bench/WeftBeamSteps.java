package dev.weft.bench;

import dev.weft.bench.engine.DrawWork;
import dev.weft.bench.engine.Engine;
import dev.weft.decoding.BeamSearch;
import dev.weft.tensor.Device;
import dev.weft.tensor.Owner;

/// Beam searches, bookkeeping and all, by a model that costs nothing: its logits are there already.
final class WeftBeamSteps implements Engine.Drawing {
  private final Owner owner = new Owner("bench");
  private final FixedLogits model;
  private final int beams;

  WeftBeamSteps(Device device, DrawWork work) {
    model = new FixedLogits(owner, device, work.vocabulary(), work.logits());
    beams = work.rows();
  }

  @Override
  public int[] run(int times) {
    return new BeamSearch(beams, 2, times).search(model, 1, 2, 3).getFirst().ids();
  }

  @Override
  public void close() {
    owner.close();
  }
}
