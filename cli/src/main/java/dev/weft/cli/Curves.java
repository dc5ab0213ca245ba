package dev.weft.cli;

import dev.weft.examples.chart.LineChart;
import dev.weft.examples.chart.LineChart.Line;
import dev.weft.nn.train.StepListener;
import dev.weft.nn.train.StepReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Remembers the losses of a training and draws them.
final class Curves implements StepListener {
  private static final int POINTS = 200;

  private final List<double[]> training = new ArrayList<>(); // step, mean loss
  private final List<double[]> validation = new ArrayList<>(); // step, loss
  private long window = 1;
  private double sum;
  private long summed;

  @Override
  public void begin(long from, long total) {
    window = Math.max(1, (total - from) / POINTS);
  }

  @Override
  public void step(StepReport report) {
    sum += report.loss();
    summed++;
    if (summed == window) {
      training.add(new double[] {report.step(), sum / summed});
      sum = 0;
      summed = 0;
    }
    if (!Double.isNaN(report.evaluation())) {
      validation.add(new double[] {report.step(), report.evaluation()});
    }
  }

  /// Writes `curves.png` and `curves.svg` into a folder.
  void write(Path folder, String title) throws IOException {
    List<Line> lines = new ArrayList<>();
    lines.add(line("training", training));
    if (!validation.isEmpty()) {
      lines.add(line("validation", validation));
    }
    new LineChart(title, "step", "loss", true, lines).write(folder, "curves");
  }

  private static Line line(String name, List<double[]> points) {
    return new Line(
        name,
        points.stream().mapToDouble(point -> point[0]).toArray(),
        points.stream().mapToDouble(point -> point[1]).toArray());
  }
}
