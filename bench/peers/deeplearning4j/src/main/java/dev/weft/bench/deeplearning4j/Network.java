package dev.weft.bench.deeplearning4j;

import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.RecurrentWork;
import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/// Embedding, recurrent layers, head and their optimizer. Weft adds two biases in a cell, whose
/// gradients and steps of Adam are the same; the one here is their sum and learns twice as fast.
final class Network implements Engine.Training {
  // Added before the correction of the bias, which makes it 1e-8 at the second step.
  private static final double EPSILON = 1e-8 * Math.sqrt(1 - 0.999 * 0.999);
  private static final Adam ADAM = new Adam(1e-3, 0.9, 0.999, EPSILON);
  private static final Adam TWO_BIASES = new Adam(2e-3, 0.9, 0.999, EPSILON);

  private final RecurrentWork work;
  private final MultiLayerNetwork network;
  private final INDArray ids;
  private final INDArray targets;

  Network(RecurrentWork work, Path weights) throws IOException {
    this.work = work;
    network = new MultiLayerNetwork(configuration(work));
    network.init();
    Weights.load(network, work, weights);
    network.setListeners(new GlobalClip(work));
    ids = ids(work);
    targets = targets(work);
  }

  private static MultiLayerConfiguration configuration(RecurrentWork work) {
    NeuralNetConfiguration.ListBuilder layers =
        new NeuralNetConfiguration.Builder().updater(ADAM).list();
    layers.layer(
        new EmbeddingSequenceLayer.Builder()
            .nIn(work.vocabulary())
            .nOut(work.embedding())
            .inputLength(work.steps())
            .outputDataFormat(RNNFormat.NCW)
            .build());
    for (int layer = 0; layer < work.layers(); layer++) {
      Layer cells = cells(work, layer == 0 ? work.embedding() : work.hidden());
      boolean last = work.classes() > 0 && layer == work.layers() - 1;
      layers.layer(last ? new LastTimeStep(cells) : cells);
    }
    return layers.layer(head(work)).build();
  }

  private static Layer cells(RecurrentWork work, int in) {
    BaseRecurrentLayer.Builder<?> cells =
        work.cell().equals("lstm") ? new LSTM.Builder() : new SimpleRnn.Builder();
    cells.nIn(in);
    cells.nOut(work.hidden());
    cells.activation(Activation.TANH);
    cells.biasUpdater(TWO_BIASES);
    cells.dataFormat(RNNFormat.NCW);
    return cells.build();
  }

  private static Layer head(RecurrentWork work) {
    if (work.classes() > 0) {
      return new OutputLayer.Builder(LossFunction.MCXENT)
          .nIn(work.hidden())
          .nOut(work.out())
          .activation(Activation.SOFTMAX)
          .build();
    }
    return new RnnOutputLayer.Builder(LossFunction.MCXENT)
        .nIn(work.hidden())
        .nOut(work.out())
        .activation(Activation.SOFTMAX)
        .dataFormat(RNNFormat.NCW)
        .build();
  }

  /// (rows, steps)
  private static INDArray ids(RecurrentWork work) {
    float[] ids = new float[work.rows() * work.steps()];
    for (int i = 0; i < ids.length; i++) {
      ids[i % work.rows() * work.steps() + i / work.rows()] = work.ids()[i];
    }
    return Nd4j.create(ids, new long[] {work.rows(), work.steps()}, 'c');
  }

  /// One-hot: (rows, classes), or (rows, V, steps).
  private static INDArray targets(RecurrentWork work) {
    int[] targets = work.targets();
    int steps = targets.length / work.rows();
    float[] hot = new float[targets.length * work.out()];
    for (int i = 0; i < targets.length; i++) {
      hot[(i % work.rows() * work.out() + targets[i]) * steps + i / work.rows()] = 1;
    }
    long[] shape =
        work.classes() > 0
            ? new long[] {work.rows(), work.out()}
            : new long[] {work.rows(), work.out(), steps};
    return Nd4j.create(hot, shape, 'c');
  }

  @Override
  public double step() {
    network.fit(ids, targets);
    return network.score() * work.rows() / work.targets().length; // a sum over steps
  }

  @Override
  public void close() {
    network.close();
    ids.close();
    targets.close();
  }
}
