package dev.weft.bench.engine;

import java.io.IOException;
import java.nio.file.Path;

/// Weft or one of its peers, doing the works of the benchmarks. Each work is prepared once, then
/// run again and again by the same stopwatch, whoever does it. A method returns null where the
/// engine doesn't do such work. All calls return when the work is done, and come from one thread.
public interface Engine extends AutoCloseable {
  /// Opens an engine; each peer's jar has one, found by [java.util.ServiceLoader].
  interface Provider {
    /// An engine that computes on `threads` threads.
    ///
    /// @param models folder of the model files, see [Models]
    Engine open(int threads, Path models) throws IOException;
  }

  /// Name, version and the settings it runs with, in one line.
  String description();

  /// A matrix product.
  default Product product(ProductWork work) {
    return null;
  }

  /// GPT-2 124M of [Models#gpt2], for text.
  ///
  /// @param dtype of the weights: `f32`, `bf16`, `int8`
  /// @param rows sequences side by side
  default TextModel textModel(String dtype, int rows) throws IOException {
    return null;
  }

  /// Training of GPT-2 124M, from [Models#gpt2] on.
  default Training train(Gpt2TrainingWork work) throws IOException {
    return null;
  }

  /// Training of a recurrent network, from [Models#recurrent] on.
  default Training train(RecurrentWork work) throws IOException {
    return null;
  }

  /// Draws from one row of logits, or steps of a beam search.
  default Drawing draw(DrawWork work) throws IOException {
    return null;
  }

  @Override
  default void close() {}

  /// A prepared product.
  interface Product extends AutoCloseable {
    /// Computes c once.
    void run();

    /// The last c, row-major.
    float[] result();

    @Override
    default void close() {}
  }

  /// A language model with its cache.
  interface TextModel extends AutoCloseable {
    /// Begins anew and reads a prompt for each row, all of one length, ids as [row][place].
    void read(int[][] prompts);

    /// Appends one id to each row.
    void step(int[] ids);

    /// The logits (rows, V) after the last [#read] or [#step], row-major.
    float[] logits();

    @Override
    default void close() {}
  }

  /// A network, its optimizer and its batch.
  interface Training extends AutoCloseable {
    /// Forward, backward, clipping of the global norm to 1, one step of the optimizer. Returns the
    /// loss before it.
    double step();

    @Override
    default void close() {}
  }

  /// A prepared draw.
  interface Drawing extends AutoCloseable {
    /// Draws `times` ids one after another, each with other random numbers, or takes so many beam
    /// steps; returns the last id, or for a beam step the four best places of (4 · V).
    int[] run(int times);

    @Override
    default void close() {}
  }
}
