package dev.weft.bench.deeplearning4j;

import dev.weft.bench.engine.RecurrentWork;
import dev.weft.nn.io.Safetensors;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.factory.Nd4j;

/// Puts PyTorch's weights into a network of Deeplearning4j: transposed, an LSTM's gates from i, f,
/// g, o to g, f, o, i, its two biases added.
final class Weights {
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int[] LSTM_GATES = {2, 1, 3, 0};
  private static final int[] ONE_GATE = {0};

  private final MultiLayerNetwork network;
  private final RecurrentWork work;
  private final Safetensors file;

  private Weights(MultiLayerNetwork network, RecurrentWork work, Safetensors file) {
    this.network = network;
    this.work = work;
    this.file = file;
  }

  static void load(MultiLayerNetwork network, RecurrentWork work, Path path) throws IOException {
    try (Safetensors file = Safetensors.open(path)) {
      new Weights(network, work, file).loadAll();
    }
  }

  private void loadAll() {
    set("0_W", values("embedding.weight"), work.vocabulary());
    for (int layer = 0; layer < work.layers(); layer++) {
      String to = (layer + 1) + "_";
      String from = "_l" + layer;
      int in = layer == 0 ? work.embedding() : work.hidden();
      set(to + "W", transposed(gates(values("rnn.weight_ih" + from)), in), in);
      set(
          to + "RW",
          transposed(gates(values("rnn.weight_hh" + from)), work.hidden()),
          work.hidden());
      float[] bias = values("rnn.bias_ih" + from);
      float[] second = values("rnn.bias_hh" + from);
      for (int i = 0; i < bias.length; i++) {
        bias[i] += second[i];
      }
      set(to + "b", gates(bias), 1);
    }
    String head = (work.layers() + 1) + "_";
    set(head + "W", transposed(values("head.weight"), work.hidden()), work.hidden());
    set(head + "b", values("head.bias"), 1);
  }

  private float[] values(String name) {
    return file.bytes(name).toArray(F32);
  }

  private void set(String name, float[] values, int rows) {
    long[] shape = {rows, values.length / rows};
    network.getParam(name).assign(Nd4j.create(values, shape, 'c'));
  }

  /// Blocks of a matrix's rows, or of a bias, in Deeplearning4j's order.
  private float[] gates(float[] values) {
    int[] order = work.cell().equals("lstm") ? LSTM_GATES : ONE_GATE;
    float[] ordered = new float[values.length];
    int block = values.length / order.length;
    for (int gate = 0; gate < order.length; gate++) {
      System.arraycopy(values, order[gate] * block, ordered, gate * block, block);
    }
    return ordered;
  }

  /// (n, columns) as (columns, n).
  private static float[] transposed(float[] values, int columns) {
    int rows = values.length / columns;
    float[] transposed = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      transposed[i % columns * rows + i / columns] = values[i];
    }
    return transposed;
  }
}
