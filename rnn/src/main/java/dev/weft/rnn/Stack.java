package dev.weft.rnn;

import dev.weft.nn.Stage;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.Recurrent;
import java.util.ArrayList;
import java.util.List;

/// Layers on top of each other: what an [Rnn] and a [Cell] run.
///
/// @param directions in the order of [States#parts]
/// @param between layers: dropout, or nothing
record Stack(
    RnnConfig config,
    List<DirectionParameters> parameters,
    List<Direction> directions,
    Stage between) {

  /// Runs x (T, B, I) from `first`, or from what the configuration says.
  Output run(Tensor x, States first, Tensor mask, Rnn.Probe probe) {
    check(x, first);
    int ways = config.directions();
    List<Recurrent.State> last = new ArrayList<>(directions.size());
    Tensor in = x;
    for (int layer = 0; layer < config.layers(); layer++) {
      if (layer > 0) {
        in = between.forward(in);
      }
      Tensor[] out = new Tensor[ways];
      for (int way = 0; way < ways; way++) {
        int part = layer * ways + way;
        Recurrent.State begin = first == null ? first(part, x) : first.parts().get(part);
        Recurrent.Probe look = probe == null ? null : probe.of(layer, way == 1);
        Recurrent.Result result = directions.get(part).run(in, begin, mask, look);
        out[way] = result.states();
        last.add(result.last());
      }
      in = ways == 1 ? out[0] : Ops.concat(2, out);
    }
    return new Output(in, new States(last));
  }

  private Recurrent.State first(int part, Tensor x) {
    return config.first() == RnnConfig.FirstState.ZEROS
        ? Recurrent.State.ZERO
        : parameters.get(part).first(config.first(), x.device(), x.dtype(), x.dim(1));
  }

  private void check(Tensor x, States first) {
    x.shape().requireRank(3, "rnn", "x");
    if (x.dim(2) != config.input()) {
      throw new IllegalArgumentException(
          "rnn: x is " + x.shape() + " but should be (steps, rows, " + config.input() + ")");
    }
    if (first != null && first.parts().size() != directions.size()) {
      throw new IllegalArgumentException(
          "rnn: the first state has "
              + first.parts().size()
              + " parts but the layers and directions are "
              + directions.size());
    }
  }
}
