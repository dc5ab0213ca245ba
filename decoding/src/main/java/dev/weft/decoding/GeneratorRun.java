package dev.weft.decoding;

import dev.weft.tensor.Device;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One call of a [Generator]: the main loop, and the scratch that it reuses from step to step.
final class GeneratorRun implements AutoCloseable {
  private final Generator generator;
  private final int contextLength;
  private final List<Stop> stops;
  private final Drawing drawing;
  private final String[] stopStrings;
  private final List<Row> rows = new ArrayList<>();
  private List<Row> active;
  private Device device; // of the logits; null before the first

  GeneratorRun(Generator generator, LanguageModel model, int[][] prompts) {
    this.generator = generator;
    this.contextLength = model.contextLength();
    this.drawing = new Drawing(generator.sampler(), generator.seed(), model.vocabularySize());
    this.stops = generator.stops().stream().map(Stop::begin).toList();
    this.stopStrings =
        stops.stream().flatMap(s -> Arrays.stream(s.strings())).toArray(String[]::new);
    for (int r = 0; r < prompts.length; r++) {
      if (prompts[r].length == 0) {
        throw new IllegalArgumentException(
            "generate: prompt " + r + " is empty; begin with the end-of-text token instead");
      }
      rows.add(new Row(r, new History(prompts[r])));
    }
    active = rows;
    active = unfinished(); // some rule may want no token at all
  }

  /// Whether anything is left to generate.
  boolean going() {
    return !active.isEmpty();
  }

  /// The prompts of the active rows.
  int[][] prompts() {
    return active.stream().map(row -> row.history.toArray()).toArray(int[][]::new);
  }

  /// The main loop, after [#draw]: feed the newest ids, draw the next, drop the rows that finished.
  void continueIn(LanguageModel.Session session) {
    while (dropFinished(session)) {
      Readout readout = drawing.ready(device, histories(), sequences());
      Tensor logits = session.feed(newest(), readout);
      append(drawing.drawn(logits, histories(), sequences()));
    }
  }

  /// As [#continueIn], from a session that holds the one prompt of all rows.
  void continueFrom(LanguageModel.Session prompt) {
    if (rows.size() == 1) {
      continueIn(prompt);
      return;
    }
    active = unfinished();
    if (going()) {
      try (LanguageModel.Session session = prompt.fork(active.size())) {
        prompt.close(); // its cache isn't needed beside the copies
        continueIn(session);
      }
    }
  }

  /// Draws the next id of each active row from its logits, or from the one row of logits there is.
  void draw(Tensor fed) {
    device = fed.device();
    append(drawing.draw(fed, histories(), sequences()));
  }

  private List<History> histories() {
    return active.stream().map(row -> row.history).toList();
  }

  private int[] sequences() {
    return active.stream().mapToInt(row -> row.number).toArray();
  }

  private void append(Drawing.Drawn drawn) {
    for (int r = 0; r < active.size(); r++) {
      active.get(r).append(drawn.ids()[r], drawn.logProbabilities()[r]);
    }
  }

  /// Drops the session's finished rows; returns whether any goes on.
  private boolean dropFinished(LanguageModel.Session session) {
    List<Row> going = unfinished();
    if (!going.isEmpty() && going.size() < active.size()) {
      session.reorder(going.stream().mapToInt(active::indexOf).toArray());
    }
    active = going;
    return going();
  }

  private List<Row> unfinished() {
    return active.stream().filter(row -> row.finish == null).toList();
  }

  private int[][] newest() {
    int[][] tokens = new int[active.size()][];
    for (int r = 0; r < tokens.length; r++) {
      tokens[r] = new int[] {active.get(r).history.last()};
    }
    return tokens;
  }

  List<Continuation> results() {
    return rows.stream().map(Row::result).toList();
  }

  /// Gives the memory of the draws back.
  @Override
  public void close() {
    drawing.close();
  }

  /// One sequence.
  private final class Row {
    final int number;
    final History history;
    private double[] logProbabilities = new double[16];
    FinishReason finish;

    Row(int number, History history) {
      this.number = number;
      this.history = history;
      if (generator.tokenizer() != null) {
        history.decodeWith(generator.tokenizer(), generator.skipSpecialTokens());
      }
      finish = check();
    }

    void append(int id, double logProbability) {
      int count = history.generated();
      if (count == logProbabilities.length) {
        logProbabilities = Arrays.copyOf(logProbabilities, 2 * count);
      }
      logProbabilities[count] = logProbability;
      history.append(id);
      finish = check();
      String text = history.hasText() ? history.text().show(stopStrings, finish != null) : "";
      generator.listener().token(number, count + 1, id, text);
    }

    private FinishReason check() {
      for (Stop stop : stops) {
        FinishReason reason = stop.check(history);
        if (reason != null) {
          return reason;
        }
      }
      // The token after a full context can still be drawn, but not fed.
      boolean full = history.generated() > 0 && history.length() > contextLength;
      return full ? FinishReason.CONTEXT_FULL : null;
    }

    Continuation result() {
      return new Continuation(
          history.toArray(),
          history.promptLength(),
          Arrays.copyOf(logProbabilities, history.generated()),
          finish,
          history.hasText() ? history.text().toString() : null);
    }
  }
}
