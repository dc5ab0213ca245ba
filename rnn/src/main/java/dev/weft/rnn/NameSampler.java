package dev.weft.rnn;

import dev.weft.decoding.Candidates;
import dev.weft.decoding.Chooser;
import dev.weft.decoding.Filter;
import dev.weft.decoding.History;
import dev.weft.decoding.Temperature;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/// Samples names step by step, with the cell itself: all rows begin with [Vocabulary#START]; a step
/// is embed, one step of the cell, head, softmax(y / T), one draw for each row, and what is drawn
/// (the id) goes in next.
///
/// The random number of a draw is a function of the seed, the row's sequence number and the step
/// alone, so that rows do not depend on each other and any one can be drawn again by itself. A
/// [dev.weft.decoding.Generator] with the same seed and temperature over the prompt of START draws
/// the same ids.
///
/// @param model that says what follows
/// @param filters of what may be drawn, before the temperature; they are told no history but START
/// @param temperature T, above 0: below 1 the likely becomes likelier, above 1 all becomes more
///     equal
/// @param seed of all draws
public record NameSampler(RnnInference model, List<Filter> filters, double temperature, long seed) {
  /// Checks the temperature.
  public NameSampler {
    filters = List.copyOf(filters);
    if (!(temperature > 0)) {
      throw new IllegalArgumentException(
          "names: the temperature must be above 0 but is " + temperature);
    }
  }

  /// Draws from all ids.
  public NameSampler(RnnInference model, double temperature, long seed) {
    this(model, List.of(), temperature, seed);
  }

  /// Draws `steps` ids for each of `rows` rows, ends or not: (B, T).
  public int[][] ids(int rows, int steps) {
    try (Scope _ = Scope.noGrad()) {
      return ids(model.first(rows), 0, steps);
    }
  }

  /// Draws `steps` ids for each row of `first`: (B, T).
  ///
  /// @param first the state before the first step: [RnnInference#first], [RnnInference#firstOf], or
  ///     any other
  /// @param sequence the number of the first row; the others follow
  public int[][] ids(States first, int sequence, int steps) {
    return draw(first, sequence, steps, false);
  }

  /// One name for each row of `first`: the symbols up to its end, or `steps` ones.
  public List<String> names(States first, int sequence, int steps, Vectorizer vectorizer) {
    if (vectorizer.vocabularySize() != model.vocabularySize()) {
      throw new IllegalArgumentException(
          "names: the vectorizer has "
              + vectorizer.vocabularySize()
              + " ids but the model "
              + model.vocabularySize());
    }
    return vectorizer.texts(draw(first, sequence, steps, true));
  }

  /// `rows` names of at most `steps` symbols.
  public List<String> names(int rows, int steps, Vectorizer vectorizer) {
    try (Scope _ = Scope.noGrad()) {
      return names(model.first(rows), 0, steps, vectorizer);
    }
  }

  /// @param untilEnd whether to stop when every row has drawn [Vocabulary#END]; the ids that were
  ///     not drawn are END
  private int[][] draw(States first, int sequence, int steps, boolean untilEnd) {
    if (steps < 1) {
      throw new IllegalArgumentException("names: steps must be at least 1 but is " + steps);
    }
    int rows = first.rows();
    int[][] drawn = new int[rows][steps];
    for (int[] row : drawn) {
      Arrays.fill(row, Vocabulary.END);
    }
    int[] newest = new int[rows];
    Arrays.fill(newest, Vocabulary.START);
    boolean[] ended = new boolean[rows];
    Candidates candidates = new Candidates();
    int going = rows;
    try (Scope scope = Scope.noGrad()) {
      States states = first.take(scope);
      for (int t = 0; t < steps && (going > 0 || !untilEnd); t++) {
        float[] logits = step(newest, states);
        for (int b = 0; b < rows; b++) {
          candidates.load(logits, b * model.vocabularySize(), model.vocabularySize());
          newest[b] = draw(candidates, sequence + b, t);
          drawn[b][t] = newest[b];
          going -= newest[b] == Vocabulary.END && !ended[b] ? 1 : 0;
          ended[b] |= newest[b] == Vocabulary.END;
        }
      }
    }
    return drawn;
  }

  /// The logits (B, V) after one more id in each row; `states` become those after it.
  private float[] step(int[] ids, States states) {
    try (Scope _ = new Scope()) {
      Tensor x = model.embed(Tensor.ids(model.device(), Shape.of(ids.length), ids));
      Cell.Step step = model.cell().step(x, states);
      step.states().copyTo(states);
      return model.scores(step.hidden()).toFloats();
    }
  }

  private int draw(Candidates candidates, int sequence, int step) {
    History start = new History(Vocabulary.START);
    for (Filter filter : filters) {
      filter.apply(candidates, start);
    }
    new Temperature(temperature).apply(candidates, start);
    // What is drawn stands at position step + 1, behind START.
    double uniform = Philox.uniform(seed, Philox.Purpose.TOKEN, step + 1, sequence);
    return Chooser.CATEGORICAL.choose(candidates, uniform);
  }
}
