package dev.weft.rnn;

import dev.weft.nn.Embedding;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.nn.Losses;
import dev.weft.nn.Noise;
import dev.weft.nn.Place;
import dev.weft.tensor.Device;
import dev.weft.tensor.Ops;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.Recurrent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// From one sequence to another: an encoder reads the source, and its last states are where the
/// decoder begins that writes the target, id after id. Sutskever, Vinyals and Le, 2014.
///
/// Parameters: `source.weight` and `target.weight` (embeddings), `encoder.…` and `decoder.…` as
/// [Rnn] says, `head.weight`, `head.bias`. A bidirectional encoder's halves are put side by side.
///
/// A target row is [Vocabulary#START], its ids, [Vocabulary#END]: the decoder reads all but the
/// last and is asked for all but the first.
public final class EncoderDecoder extends Layer {
  private final Place place;
  private final EncoderDecoderConfig config;
  private final Embedding source;
  private final Rnn encoder;
  private final Embedding target;
  private final Rnn decoder;
  private final Linear head;

  /// Declares the parameters at `place`; `noise` may be null where nothing is dropped.
  public EncoderDecoder(Place place, EncoderDecoderConfig config, Noise noise) {
    super(place.path());
    this.place = place;
    this.config = config;
    source = part(new Embedding(place.at("source"), config.source(), config.encoder().input()));
    encoder = part(new Rnn(place.at("encoder"), config.encoder(), noise));
    target = part(new Embedding(place.at("target"), config.target(), config.decoder().input()));
    decoder = part(new Rnn(place.at("decoder"), config.decoder(), noise));
    head = part(new Linear(place.at("head"), config.decoder().hidden(), config.target()));
  }

  // ---- training -------------------------------------------------------------------------------

  /// What the decoder begins with after reading the sources.
  public States encode(PaddedBatch sources) {
    int steps = sources.longest();
    if (Arrays.stream(sources.lengths()).anyMatch(length -> length < 1)) {
      throw new IllegalArgumentException(
          "encoder: a source has no id; leave its row out, or give it a token");
    }
    Tensor x = source.forward(sources.steps(device(), 0, steps));
    States last = encoder.forward(x, null, sources.mask(device(), steps)).last();
    return config.encoder().bidirectional() ? sideBySide(last) : last;
  }

  private static States sideBySide(States both) {
    List<Recurrent.State> joined = new ArrayList<>();
    for (int i = 0; i < both.parts().size(); i += 2) {
      Recurrent.State forward = both.parts().get(i);
      Recurrent.State backward = both.parts().get(i + 1);
      Tensor c = forward.c() == null ? null : Ops.concat(1, forward.c(), backward.c());
      joined.add(new Recurrent.State(Ops.concat(1, forward.h(), backward.h()), c));
    }
    return new States(joined);
  }

  /// The logits (T − 1, B, V) for the ids after the first of each target row.
  ///
  /// With the ratio 1 the decoder runs over all steps at once, as one op for each layer. Else it
  /// runs step by step; no gradient flows through the choice of an id.
  ///
  /// @param step number of the training step: what the ratio and the draws depend on
  public Tensor logits(PaddedBatch sources, PaddedBatch targets, Forcing forcing, long step) {
    requirePairs(sources, targets);
    States first = encode(sources);
    int steps = targets.longest() - 1;
    Tensor ids = targets.steps(device(), 0, steps);
    if (forcing.at(step) == 1) {
      Tensor x = target.forward(ids);
      Tensor hidden = decoder.forward(x, first, targets.mask(device(), steps)).states();
      return passed(x, head.forward(hidden));
    }
    return stepByStep(first, ids, forcing.draw(step, steps, targets.rows()));
  }

  private Tensor stepByStep(States first, Tensor truth, boolean[][] forced) {
    int rows = truth.dim(1);
    int[] told = truth.toInts(); // (T, B)
    int[] ids = Arrays.copyOf(told, rows);
    Cell cell = decoder.cell();
    States states = first;
    Tensor[] logits = new Tensor[forced.length];
    for (int t = 0; t < logits.length; t++) {
      Cell.Step step = cell.step(embed(ids), states);
      states = step.states();
      logits[t] = head.forward(step.hidden());
      if (t + 1 < logits.length) {
        int[] own = Ops.argmax(logits[t]).toInts();
        for (int b = 0; b < rows; b++) {
          ids[b] = forced[t + 1][b] ? told[(t + 1) * rows + b] : own[b];
        }
      }
    }
    return passed(truth, Ops.stack(0, logits));
  }

  private Tensor embed(int... ids) {
    return target.forward(Tensor.ids(device(), Shape.of(ids.length), ids));
  }

  /// The mean cross entropy over the ids of all targets, starts and padding left out.
  public Tensor loss(PaddedBatch sources, PaddedBatch targets, Forcing forcing, long step) {
    Tensor logits = logits(sources, targets, forcing, step);
    int[] wanted = new int[(targets.longest() - 1) * targets.rows()];
    for (int b = 0; b < targets.rows(); b++) {
      for (int t = 1; t < targets.longest(); t++) {
        int at = (t - 1) * targets.rows() + b;
        wanted[at] = t < targets.lengths()[b] ? targets.ids()[b][t] : Losses.IGNORED;
      }
    }
    Shape shape = Shape.of(targets.longest() - 1, targets.rows());
    return Ops.crossEntropy(logits, Tensor.ids(device(), shape, wanted));
  }

  private static void requirePairs(PaddedBatch sources, PaddedBatch targets) {
    if (sources.rows() != targets.rows()) {
      throw new IllegalArgumentException(
          "encoder-decoder: " + sources.rows() + " sources but " + targets.rows() + " targets");
    }
    for (int b = 0; b < targets.rows(); b++) {
      if (targets.lengths()[b] < 2) {
        throw new IllegalArgumentException(
            "encoder-decoder: target "
                + b
                + " has "
                + targets.lengths()[b]
                + " ids; it needs a start and something to write");
      }
    }
  }

  // ---- use ------------------------------------------------------------------------------------

  /// What the decoder writes for each source when it always takes the most likely id, from
  /// [Vocabulary#START] on: ids up to [Vocabulary#END], that included, or `most` of them. Nothing
  /// is dropped, in training mode neither.
  public int[][] generate(PaddedBatch sources, int most) {
    if (most < 1) {
      throw new IllegalArgumentException("generate: most must be at least 1 but is " + most);
    }
    return Evaluation.of(this, () -> written(sources, most));
  }

  private int[][] written(PaddedBatch sources, int most) {
    int rows = sources.rows();
    int[][] written = new int[rows][Math.min(most, 16)]; // they grow
    int[] lengths = new int[rows];
    try (Scope _ = Scope.noGrad()) {
      Cell cell = decoder.cell();
      States states = encode(sources);
      int[] ids = new int[rows];
      Arrays.fill(ids, Vocabulary.START);
      boolean[] done = new boolean[rows];
      for (int t = 0, going = rows; t < most && going > 0; t++) {
        Cell.Step step = cell.step(embed(ids), states);
        states = step.states();
        ids = Ops.argmax(head.forward(step.hidden())).toInts();
        for (int b = 0; b < rows; b++) {
          if (!done[b]) {
            if (lengths[b] == written[b].length) {
              written[b] = Arrays.copyOf(written[b], (int) Math.min(most, 2L * lengths[b]));
            }
            written[b][lengths[b]++] = ids[b];
            done[b] = ids[b] == Vocabulary.END;
            going -= done[b] ? 1 : 0;
          }
        }
      }
    }
    for (int b = 0; b < rows; b++) {
      written[b] = Arrays.copyOf(written[b], lengths[b]);
    }
    return written;
  }

  /// The decoder, given a source, as a language model; the caller closes it.
  public EncodedSource given(int... source) {
    return new EncodedSource(this, source);
  }

  /// Its shape.
  public EncoderDecoderConfig config() {
    return config;
  }

  /// The embedding of what the decoder reads.
  public Embedding target() {
    return target;
  }

  /// The recurrent layers that read the source.
  public Rnn encoder() {
    return encoder;
  }

  /// The recurrent layers that write the target.
  public Rnn decoder() {
    return decoder;
  }

  /// From the decoder's states to logits.
  public Linear head() {
    return head;
  }

  private Device device() {
    return place.set().device();
  }

  /// The set that holds its parameters.
  public ParameterSet parameters() {
    return place.set();
  }
}
