package dev.weft.examples.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// Lines over one axis: losses over steps, norms over time.
///
/// @param x what the horizontal axis counts
/// @param y what the vertical axis measures
/// @param logarithmic the vertical axis in powers of ten
public record LineChart(String title, String x, String y, boolean logarithmic, List<Line> lines)
    implements Picture {
  /// Told apart without red against green, and on white paper (Okabe and Ito, 2008).
  private static final Color[] COLOURS = {
    new Color(0x0072B2),
    new Color(0xD55E00),
    new Color(0x009E73),
    new Color(0xCC79A7),
    new Color(0xE69F00),
    new Color(0x56B4E9),
    new Color(0x000000)
  };

  /// One line through the points (x[i], y[i]).
  ///
  /// @param name for the legend; another for each line of a chart
  public record Line(String name, double[] x, double[] y) {
    /// A line through as many points as both arrays have.
    public Line {
      if (x.length != y.length) {
        throw new IllegalArgumentException(
            "chart: line " + name + " has " + x.length + " xs but " + y.length + " ys");
      }
    }

    /// Without the points that can't be drawn.
    private Line drawable(boolean logarithmic) {
      int[] kept =
          IntStream.range(0, x.length)
              .filter(i -> Double.isFinite(x[i]) && Double.isFinite(y[i]))
              .filter(i -> !logarithmic || y[i] > 0)
              .toArray();
      return new Line(
          name,
          IntStream.of(kept).mapToDouble(i -> x[i]).toArray(),
          IntStream.of(kept).mapToDouble(i -> y[i]).toArray());
    }
  }

  /// A chart of these lines; points that are not finite, and on a logarithmic axis those that are
  /// not above 0, are left out.
  ///
  /// @throws IllegalArgumentException when no point is left to be drawn
  public LineChart {
    lines =
        lines.stream()
            .map(line -> line.drawable(logarithmic))
            .filter(line -> line.x.length > 0)
            .toList();
    if (lines.isEmpty()) {
      throw new IllegalArgumentException("chart: '" + title + "' has no point that can be drawn");
    }
  }

  @Override
  public XYChart draw() {
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(500)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    chart
        .getStyler()
        .setLegendPosition(LegendPosition.OutsideE)
        .setLegendVisible(lines.size() > 1)
        .setChartBackgroundColor(Color.WHITE)
        .setSeriesColors(COLOURS);
    chart
        .getStyler()
        .setXAxisTickMarkSpacingHint(100)
        .setPlotGridLinesColor(new Color(0xDDDDDD))
        .setPlotGridLinesStroke(new BasicStroke(1)); // dashes make an SVG of megabytes
    chart.getStyler().setPlotBorderVisible(false);
    if (logarithmic) { // the library's own is grey with lines where there are many decades
      chart
          .getStyler()
          .setYAxisTickLabelsFormattingFunction(
              plain() ? LineChart::number : LineChart::powerOfTen);
    }
    for (Line line : lines) {
      chart
          .addSeries(line.name, line.x, height(line.y))
          .setMarker(line.x.length == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE)
          .setLineStyle(new BasicStroke(1.8f));
    }
    return chart;
  }

  private double[] height(double[] y) {
    return logarithmic ? DoubleStream.of(y).map(StrictMath::log10).toArray() : y;
  }

  /// Whether all values are of a size that is read without powers of ten.
  private boolean plain() {
    return lines.stream()
        .flatMapToDouble(line -> DoubleStream.of(line.y))
        .allMatch(y -> y >= 0.01 && y < 1000);
  }

  /// 10 to a power with two digits or more, such as `0.13`, `3.2` and `790`.
  private static String number(double power) {
    double value = StrictMath.pow(10, power);
    return String.format(Locale.ROOT, value < 1 ? "%.2f" : value < 10 ? "%.1f" : "%.0f", value);
  }

  /// 10 to a power, such as `1e-5` or, between two decades, `3.2e-5`.
  private static String powerOfTen(double power) {
    double decade = Math.floor(power + 1e-9);
    double digits = StrictMath.pow(10, power - decade);
    String format = digits < 1.05 ? "%.0fe%d" : "%.1fe%d";
    return String.format(Locale.ROOT, format, digits, (int) decade);
  }
}
