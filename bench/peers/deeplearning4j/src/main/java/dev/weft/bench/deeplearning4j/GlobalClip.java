package dev.weft.bench.deeplearning4j;

import dev.weft.bench.engine.RecurrentWork;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/// Makes means of the gradients, which Deeplearning4j sums over steps, and clips their global norm
/// to 1. A recurrent bias counts twice: it stands for two with the same gradient.
final class GlobalClip extends BaseTrainingListener {
  private final int rows;
  private final double steps;

  GlobalClip(RecurrentWork work) {
    rows = work.rows();
    steps = (double) work.targets().length / rows;
  }

  @Override
  public void onGradientCalculation(Model model) {
    INDArray all = ((MultiLayerNetwork) model).getFlattenedGradients();
    double squares = square(all);
    Map<String, INDArray> gradients = model.gradient().gradientForVariable();
    for (String name : gradients.keySet()) {
      if (name.endsWith("_b") && gradients.containsKey(name.replace("_b", "_RW"))) {
        squares += square(gradients.get(name));
      }
    }
    double norm = Math.sqrt(squares) / (rows * steps);
    all.muli(1 / (steps * Math.max(1, norm))); // the updater divides by the rows
  }

  private static double square(INDArray gradient) {
    double norm = gradient.norm2Number().doubleValue();
    return norm * norm;
  }
}
