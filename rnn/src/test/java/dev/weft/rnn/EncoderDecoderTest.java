package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.BeamSearch;
import dev.weft.decoding.Continuation;
import dev.weft.decoding.Generator;
import dev.weft.decoding.Replay;
import dev.weft.decoding.Sampler;
import dev.weft.decoding.ScoredSequence;
import dev.weft.decoding.Stop;
import dev.weft.nn.Layer;
import dev.weft.nn.Noise;
import dev.weft.nn.OnDevices;
import dev.weft.nn.Place;
import dev.weft.tensor.DType;
import dev.weft.tensor.Gating;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a decoder reads in training, and what it writes without.
class EncoderDecoderTest extends OnDevices {
  private static final int V = 9;
  private static final EncoderDecoderConfig CONFIG = EncoderDecoderConfig.of(Gating.LSTM, V, 4, 6);
  private static final PaddedBatch SOURCES =
      PaddedBatch.of(new int[] {4, 5, 6}, new int[] {7}, new int[] {8, 8});
  private static final PaddedBatch TARGETS =
      PaddedBatch.of(new int[] {2, 6, 5, 4, 3}, new int[] {2, 7, 3}, new int[] {2, 8, 3});

  @TempDir private Path folder;

  /// What is done with a model whose parameters were drawn.
  private interface Use {
    void of(EncoderDecoder model, ParameterSet parameters) throws Exception;
  }

  private void with(EncoderDecoderConfig config, Use use) {
    try (ParameterSet parameters = parameters();
        Scope _ = Scope.noGrad()) {
      EncoderDecoder model = new EncoderDecoder(Place.in(parameters), config, null);
      parameters.allocate(5);
      use.of(model, parameters);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /// The ids that the decoder reads in each run, and what it finds most likely after them.
  private static final class Spy {
    private final List<int[]> read = new ArrayList<>();
    private final List<float[]> scored = new ArrayList<>();

    Spy(EncoderDecoder model) {
      model.target().observe((Layer _, Tensor ids, Tensor _) -> read.add(ids.toInts()));
      model.head().observe((Layer _, Tensor _, Tensor logits) -> scored.add(logits.toFloats()));
    }

    int[] favourites(int run) {
      float[] logits = scored.get(run);
      int[] best = new int[logits.length / V];
      for (int i = 0; i < logits.length; i++) {
        int row = i / V;
        best[row] = logits[i] > logits[row * V + best[row]] ? i % V : best[row];
      }
      return best;
    }
  }

  @Test
  @DisplayName("S0-23: with ratio 1 the decoder runs once and reads nothing but targets")
  void forcedItReadsTheTargetsInOneRun() {
    with(
        CONFIG,
        (model, _) -> {
          Spy spy = new Spy(model);
          int[] runs = new int[1];
          model.decoder().observe((_, _, _) -> runs[0]++);
          model.loss(SOURCES, TARGETS, Forcing.ALWAYS, 0);
          assertEquals(1, runs[0]);
          assertEquals(1, spy.read.size());
          int[] told = {2, 2, 2, 6, 7, 8, 5, 3, 3, 4, 0, 0}; // time-major, without the last ids
          assertArrayEquals(told, spy.read.getFirst());
        });
  }

  @Test
  @DisplayName("S0-23: with ratio 0 each input is what the decoder itself found most likely")
  void freeItReadsItsOwnFavourites() {
    with(
        CONFIG,
        (model, _) -> {
          Spy spy = new Spy(model);
          model.loss(SOURCES, TARGETS, Forcing.NEVER, 0);
          assertEquals(4, spy.read.size());
          assertArrayEquals(new int[] {2, 2, 2}, spy.read.getFirst());
          for (int t = 1; t < 4; t++) {
            assertArrayEquals(spy.favourites(t - 1), spy.read.get(t), "step " + t);
          }
        });
  }

  @Test
  @DisplayName("S0-23: between the ratios each row and step is drawn on its own, from the seed")
  void scheduledSamplingMixesBoth() {
    int truths = 0;
    Forcing half = Forcing.constant(0.5, 3);
    boolean[][] drawn = half.draw(7, 500, 8);
    for (boolean[] step : drawn) {
      for (boolean forced : step) {
        truths += forced ? 1 : 0;
      }
    }
    assertEquals(0.5, (truths - 8) / (8.0 * 499), 0.03);
    assertTrue(Arrays.deepEquals(drawn, half.draw(7, 500, 8)));
    assertTrue(!Arrays.deepEquals(drawn, half.draw(8, 500, 8)), "another step");
    assertTrue(!Arrays.deepEquals(drawn, Forcing.constant(0.5, 4).draw(7, 500, 8)), "another seed");
    boolean[][] fewer = half.draw(7, 500, 3);
    for (int t = 0; t < fewer.length; t++) {
      assertArrayEquals(Arrays.copyOf(drawn[t], 3), fewer[t], "rows are drawn by themselves");
    }
    with(
        CONFIG,
        (model, _) -> {
          Spy spy = new Spy(model);
          model.loss(SOURCES, TARGETS, half, 7);
          int[] told = TARGETS.steps(device, 0, 4).toInts();
          boolean[][] forced = half.draw(7, 4, 3);
          for (int t = 1; t < 4; t++) {
            int[] own = spy.favourites(t - 1);
            for (int b = 0; b < 3; b++) {
              assertEquals(forced[t][b] ? told[t * 3 + b] : own[b], spy.read.get(t)[b]);
            }
          }
        });
  }

  @Test
  void aRatioFallsEvenlyAndStaysInItsRange() {
    Forcing falling = Forcing.linear(1, 0.25, 100, 1);
    assertEquals(1, falling.at(0));
    assertEquals(0.625, falling.at(50), 1e-12);
    assertEquals(0.25, falling.at(1000));
    Forcing wrong = Forcing.linear(1, -1, 100, 1);
    var error = assertThrows(IllegalArgumentException.class, () -> wrong.at(100));
    assertEquals(
        "forcing: the ratio must lie in [0, 1] but is -1.0 at step 100", error.getMessage());
  }

  @Test
  @DisplayName("S0-23: the loss with ratio 1 is the likelihood of the sequences, id by id")
  void theForcedLossIsTheSequencesLikelihood() {
    for (EncoderDecoderConfig config : List.of(CONFIG, both(Gating.GRU, 2), both(Gating.LSTM, 1))) {
      with(
          config,
          (model, _) -> {
            double sum = 0;
            int count = 0;
            for (int b = 0; b < TARGETS.rows(); b++) {
              int[] target = Arrays.copyOf(TARGETS.ids()[b], TARGETS.lengths()[b]);
              Cell cell = model.decoder().cell();
              States states = model.encode(row(SOURCES, b));
              for (int t = 0; t + 1 < target.length; t++) {
                Tensor id = Tensor.ids(device, Shape.of(1), target[t]);
                Cell.Step step = cell.step(model.target().forward(id), states);
                states = step.states();
                double[] logits = model.head().forward(step.hidden()).toDoubles();
                double total = Arrays.stream(logits).map(Math::exp).sum();
                sum += Math.log(total) - logits[target[t + 1]];
                count++;
              }
            }
            Tensor loss = model.loss(SOURCES, TARGETS, Forcing.ALWAYS, 0);
            assertEquals(8, count);
            assertEquals(sum / count, loss.item(), 1e-5);
          });
    }
  }

  private static EncoderDecoderConfig both(Gating gating, int layers) {
    RnnConfig encoder = RnnConfig.of(gating, 4, 3).withBidirectional(true).withLayers(layers);
    return new EncoderDecoderConfig(V, V, encoder, RnnConfig.of(gating, 5, 6).withLayers(layers));
  }

  private static PaddedBatch row(PaddedBatch batch, int b) {
    return PaddedBatch.of(new int[][] {Arrays.copyOf(batch.ids()[b], batch.lengths()[b])});
  }

  @Test
  void paddingChangesNoBitOfTheLossAndItsGradient() {
    PaddedBatch source = PaddedBatch.of(new int[] {4, 5}, new int[] {6});
    PaddedBatch target = PaddedBatch.of(new int[] {2, 5, 4, 3}, new int[] {2, 6, 3});
    PaddedBatch wideSource = padded(source, 5, 8);
    PaddedBatch wideTarget = padded(target, 7, 5);
    for (Forcing forcing : List.of(Forcing.ALWAYS, Forcing.NEVER)) {
      assertArrayEquals(
          gradients(source, target, forcing), gradients(wideSource, wideTarget, forcing));
    }
  }

  private static PaddedBatch padded(PaddedBatch batch, int length, int filler) {
    int[][] ids = new int[batch.rows()][length];
    for (int b = 0; b < ids.length; b++) {
      Arrays.fill(ids[b], filler);
      System.arraycopy(batch.ids()[b], 0, ids[b], 0, batch.lengths()[b]);
    }
    return new PaddedBatch(batch.examples(), ids, batch.lengths());
  }

  private float[] gradients(PaddedBatch sources, PaddedBatch targets, Forcing forcing) {
    try (ParameterSet parameters = parameters();
        Tape tape = new Tape()) {
      EncoderDecoder model = new EncoderDecoder(Place.in(parameters), CONFIG, null);
      parameters.allocate(5);
      Tensor loss = model.loss(sources, targets, forcing, 0);
      tape.backward(loss);
      float[] all = parameters.gradients().toFloats();
      float[] withLoss = Arrays.copyOf(all, all.length + 1);
      withLoss[all.length] = (float) loss.item();
      assertTrue(loss.item() > 0);
      return withLoss;
    }
  }

  @Test
  @DisplayName("S0-24: what is generated follows from the source alone, id by id the favourite")
  void generationFeedsItsOwnIds() {
    with(
        CONFIG,
        (model, _) -> {
          Spy spy = new Spy(model);
          int[][] written = model.generate(SOURCES, 6);
          assertArrayEquals(new int[] {2, 2, 2}, spy.read.getFirst());
          for (int b = 0; b < written.length; b++) {
            for (int t = 0; t < written[b].length; t++) {
              assertEquals(spy.favourites(t)[b], written[b][t]);
              if (t + 1 < spy.read.size() && t + 1 < written[b].length) {
                assertEquals(written[b][t], spy.read.get(t + 1)[b]);
              }
            }
            assertArrayEquals(written[b], model.generate(row(SOURCES, b), 6)[0], "row " + b);
          }
        });
  }

  @Test
  @DisplayName("S0-54: every way of decoding works on a decoder that was given a source")
  void aGivenSourceMakesALanguageModel() {
    for (EncoderDecoderConfig config : List.of(CONFIG, both(Gating.GRU, 2))) {
      with(
          config,
          (model, _) -> {
            int[][] greedy = model.generate(SOURCES, 6);
            for (int b = 0; b < SOURCES.rows(); b++) {
              int[] source = Arrays.copyOf(SOURCES.ids()[b], SOURCES.lengths()[b]);
              try (EncodedSource given = model.given(source)) {
                Generator best =
                    new Generator(Sampler.GREEDY, 1, 6).stop(Stop.endTokens(Vocabulary.END));
                assertArrayEquals(greedy[b], best.generate(given, Vocabulary.START).generated());
                Generator drawn = new Generator(Sampler.of(1.5, 0, 0, 0), 1, 12);
                int[] start = {Vocabulary.START};
                List<Continuation> cached = drawn.generate(given, start, 3);
                List<Continuation> anew = drawn.generate(new Replay(given), start, 3);
                for (int r = 0; r < 3; r++) {
                  assertArrayEquals(anew.get(r).ids(), cached.get(r).ids());
                  assertArrayEquals(
                      anew.get(r).logProbabilities(), cached.get(r).logProbabilities());
                }
              }
            }
          });
    }
  }

  @Test
  @DisplayName("S0-44: beam search over a decoder begins with its start token; one beam is greedy")
  void beamsBeginWithTheStartToken() {
    with(
        CONFIG,
        (model, _) -> {
          try (EncodedSource given = model.given(4, 5)) {
            BeamSearch three = new BeamSearch(3, 3, 6).endTokens(Vocabulary.END);
            List<ScoredSequence> cached = three.searchFrom(given, Vocabulary.START);
            List<ScoredSequence> anew = three.searchFrom(new Replay(given), Vocabulary.START);
            for (int i = 0; i < 3; i++) {
              assertArrayEquals(anew.get(i).ids(), cached.get(i).ids());
              assertEquals(anew.get(i).score(), cached.get(i).score());
            }
            BeamSearch one = new BeamSearch(1, 1, 6); // without an end, as greedy stops otherwise
            Generator greedy = new Generator(Sampler.GREEDY, 1, 6);
            assertArrayEquals(
                greedy.generate(given, Vocabulary.START).ids(),
                one.searchFrom(given, Vocabulary.START).getFirst().ids());
          }
        });
  }

  /// Lets the head prefer an id to all others.
  private static void writeOnly(int id, ParameterSet parameters) {
    float[] bias = new float[V];
    bias[id] = 100;
    parameters.get("head.bias").tensor().set(bias);
  }

  @Test
  void aRowEndsWithItsEnd() {
    with(
        CONFIG,
        (model, parameters) -> {
          writeOnly(Vocabulary.END, parameters);
          assertArrayEquals(new int[][] {{3}, {3}, {3}}, model.generate(SOURCES, 6));
          assertArrayEquals(
              new int[][] {{3}, {3}, {3}}, model.generate(SOURCES, Integer.MAX_VALUE));
        });
  }

  @Test
  void aRowWithoutAnEndHasTheMostIds() {
    with(
        CONFIG,
        (model, parameters) -> {
          writeOnly(5, parameters);
          for (int most : new int[] {1, 15, 16, 17, 33, 70}) {
            int[] wanted = new int[most];
            Arrays.fill(wanted, 5);
            for (int[] written : model.generate(SOURCES, most)) {
              assertArrayEquals(wanted, written);
            }
          }
        });
  }

  @Test
  @DisplayName("S0-25: forced and free loss stand side by side, step by step")
  void lossesAreToldByStep() {
    with(
        CONFIG,
        (model, _) -> {
          StepLosses losses = StepLosses.of(model, SOURCES, TARGETS);
          assertArrayEquals(new int[] {3, 3, 1, 1}, losses.rows());
          assertEquals(losses.forced()[0], losses.free()[0], "the first step is told nothing");
          assertNotEquals(losses.forced()[1], losses.free()[1]);
          assertEquals(
              model.loss(SOURCES, TARGETS, Forcing.ALWAYS, 0).item(),
              mean(losses.forced(), losses.rows()),
              1e-6);
          assertEquals(
              model.loss(SOURCES, TARGETS, Forcing.NEVER, 0).item(),
              mean(losses.free(), losses.rows()),
              1e-6);
        });
  }

  @Test
  void useDropsNothingInTrainingModeEither() {
    RnnConfig layers = RnnConfig.of(Gating.GRU, 4, 5).withLayers(2).withDropout(0.5);
    try (ParameterSet parameters = parameters();
        Scope _ = Scope.noGrad()) {
      EncoderDecoderConfig config = new EncoderDecoderConfig(V, V, layers, layers);
      EncoderDecoder model = new EncoderDecoder(Place.in(parameters), config, new Noise(1));
      parameters.allocate(5);
      Supplier<List<Object>> use =
          () -> {
            StepLosses losses = StepLosses.of(model, SOURCES, TARGETS);
            try (EncodedSource given = model.given(4, 5)) {
              return List.of(
                  Arrays.toString(losses.forced()),
                  Arrays.toString(losses.free()),
                  Arrays.deepToString(model.generate(SOURCES, 9)),
                  Arrays.toString(given.logits(new int[][] {{2, 5}}).toFloats()));
            }
          };
      List<Object> training = use.get();
      assertTrue(model.training());
      model.eval();
      assertEquals(use.get(), training);
    }
  }

  private static double mean(double[] losses, int[] rows) {
    double sum = 0;
    for (int t = 0; t < losses.length; t++) {
      sum += losses[t] * rows[t];
    }
    return sum / Arrays.stream(rows).sum();
  }

  @Test
  void aSavedModelWritesTheSame() throws IOException {
    Vectorizer letters =
        new Vectorizer(Level.CHARACTERS, Vocabulary.of(List.of("a", "b", "c", "d", "e")));
    with(
        both(Gating.GRU, 2),
        (model, _) -> {
          EncoderDecoderFolder.save(folder, model, letters, letters);
          EncoderDecoderFolder saved = EncoderDecoderFolder.open(folder);
          assertEquals(model.config(), saved.config());
          assertEquals(letters, saved.target());
          try (ParameterSet fresh = new ParameterSet("again", device, DType.F32)) {
            EncoderDecoder again = saved.model(fresh);
            assertArrayEquals(model.generate(SOURCES, 6), again.generate(SOURCES, 6));
          }
          Vectorizer fewer = new Vectorizer(Level.CHARACTERS, Vocabulary.of(List.of("a")));
          assertThrows(
              IllegalArgumentException.class,
              () -> EncoderDecoderFolder.save(folder, model, letters, fewer));
        });
    Files.writeString(folder.resolve("config.json"), "{\"kind\": \"gpt2\"}");
    var error =
        assertThrows(IllegalArgumentException.class, () -> EncoderDecoderFolder.open(folder));
    assertTrue(error.getMessage().endsWith("must be \"encoder-decoder\" but is \"gpt2\""));
  }

  @Test
  void whatDoesNotFitIsNamed() {
    RnnConfig six = RnnConfig.of(Gating.GRU, 4, 6);
    var units =
        assertThrows(
            IllegalArgumentException.class,
            () -> new EncoderDecoderConfig(V, V, six.withBidirectional(true), six));
    assertTrue(units.getMessage().contains("12 units, but has GRU"), units.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> new EncoderDecoderConfig(V, V, six, six.withBidirectional(true)));
    with(
        CONFIG,
        (model, _) -> {
          PaddedBatch two = PaddedBatch.of(new int[] {4}, new int[] {5});
          assertThrows(
              IllegalArgumentException.class, () -> model.loss(two, TARGETS, Forcing.ALWAYS, 0));
          PaddedBatch empty = PaddedBatch.of(new int[] {4}, new int[0]);
          assertThrows(IllegalArgumentException.class, () -> model.encode(empty));
          PaddedBatch bare = PaddedBatch.of(new int[] {2}, new int[] {2, 3});
          assertThrows(
              IllegalArgumentException.class, () -> model.loss(two, bare, Forcing.ALWAYS, 0));
          assertThrows(IllegalArgumentException.class, () -> model.generate(two, 0));
        });
  }
}
