package dev.weft.bench;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// Pictures of figures: how far below the roof each work lies, and how cost grows.
final class Charts {
  /// Told apart without red against green (Okabe and Ito, 2008).
  private static final Color[] COLOURS = {
    new Color(0x000000),
    new Color(0x0072B2),
    new Color(0xD55E00),
    new Color(0x009E73),
    new Color(0xCC79A7),
    new Color(0xE69F00),
    new Color(0x56B4E9)
  };

  /// A figure against a number in its variant, one line for each first group of the pattern.
  record Growth(String name, String title, String benchmark, Pattern variant, String x, String y) {}

  static final List<Growth> ALL =
      List.of(
          growth(
              "decode-context",
              "GPT-2 124M, one sequence",
              "decode",
              "(\\w+) GPT-2 124M, batch 1, context (\\d+)",
              "tokens of context",
              "tokens/s"),
          growth(
              "decode-batch",
              "GPT-2 124M, sequences side by side, context 128",
              "decode",
              "(\\w+) GPT-2 124M, batch (\\d+), context 128",
              "sequences",
              "tokens/s"),
          growth(
              "decode-layers",
              "A token of GPT-2, one sequence, width 768",
              "decode",
              "(f32) token of GPT-2 with (\\d+) layers",
              "layers",
              "ms"),
          growth(
              "decode-vocabulary",
              "A token of GPT-2, one sequence, width 768, 12 layers",
              "decode",
              "(f32) token of 12 layers, vocabulary (\\d+)",
              "vocabulary",
              "ms"),
          growth(
              "threads",
              "GPT-2 124M, one sequence, context 128",
              "threads",
              "(f32) GPT-2 124M, batch 1, context 128, (\\d+) threads?",
              "threads",
              "tokens/s"),
          growth(
              "step-hidden",
              "Training step of an LSTM, 32 rows of 32 steps",
              "rnn",
              "(f32) LSTM of (\\d+) step",
              "units",
              "ms"),
          growth(
              "memory-length",
              "GPT-2 124M, weights, cache and activations",
              "memory",
              "(\\w+) GPT-2 124M, (\\d+) tokens",
              "tokens",
              "MiB"),
          growth(
              "memory-batch",
              "GPT-2 124M, sequences of 128 tokens side by side",
              "memory",
              "(\\w+) GPT-2 124M, batch (\\d+), 128 tokens",
              "sequences",
              "MiB"));

  private Charts() {}

  private static Growth growth(
      String name, String title, String benchmark, String variant, String x, String y) {
    return new Growth(name, title, benchmark, Pattern.compile(variant), x, y);
  }

  /// PNG files by name, of those charts that the figures have points for.
  static Map<String, byte[]> draw(List<Figure> figures) throws IOException {
    System.setProperty("java.awt.headless", "true"); // before the first class of AWT
    Map<String, byte[]> charts = new LinkedHashMap<>();
    XYChart roofline = roofline(figures);
    if (roofline != null) {
      charts.put("roofline", png(roofline));
    }
    for (Growth growth : ALL) {
      XYChart chart = draw(growth, figures);
      if (chart != null) {
        charts.put(growth.name, png(chart));
      }
    }
    return charts;
  }

  // ---- growth ---------------------------------------------------------------------------------

  private static XYChart draw(Growth growth, List<Figure> figures) {
    Map<String, Map<Double, Double>> lines = new LinkedHashMap<>();
    for (Figure figure : figures) {
      Matcher matcher = growth.variant.matcher(figure.variant());
      if (figure.benchmark().equals(growth.benchmark) && matcher.matches()) {
        double x = Double.parseDouble(matcher.group(2));
        line(lines, "Weft " + matcher.group(1)).put(x, figure.value());
        if (figure.peer() != null) {
          line(lines, figure.peer() + " " + matcher.group(1)).put(x, figure.peerValue());
        }
      }
    }
    lines.values().removeIf(points -> points.size() < 2); // no growth to see
    if (lines.isEmpty()) {
      return null;
    }
    XYChart chart = chart(growth.title, growth.x, growth.y);
    chart.getStyler().setYAxisMin(0.0);
    lines.forEach(
        (name, points) -> {
          XYSeries series = chart.addSeries(name, xs(points), ys(points));
          series.setMarker(SeriesMarkers.CIRCLE).setLineStyle(new BasicStroke(1.8f));
        });
    return chart;
  }

  private static Map<Double, Double> line(Map<String, Map<Double, Double>> lines, String name) {
    return lines.computeIfAbsent(name, key -> new TreeMap<>());
  }

  private static List<Double> xs(Map<Double, Double> points) {
    return List.copyOf(points.keySet());
  }

  private static List<Double> ys(Map<Double, Double> points) {
    return List.copyOf(points.values());
  }

  // ---- the roofline ---------------------------------------------------------------------------

  /// Williams, Waterman and Patterson, 2009. Null without limits or points.
  private static XYChart roofline(List<Figure> figures) {
    double peak = largest(figures, "GFLOP/s");
    double bandwidth = largest(figures, "GB/s");
    Map<String, List<Figure>> points = new LinkedHashMap<>();
    for (Figure figure : figures) {
      if (figure.roof() != null) {
        points.computeIfAbsent(figure.benchmark(), key -> new ArrayList<>()).add(figure);
      }
    }
    if (points.isEmpty() || !(peak > 0) || !(bandwidth > 0)) {
      return null;
    }
    XYChart chart =
        chart(
            "What was reached, and the roof of what memory and multiply-adds allow",
            "operations a byte",
            "GFLOP/s");
    chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
    double corner = peak / bandwidth;
    double[] xs = {0.1, corner, 1000};
    double[] ys = {0.1 * bandwidth, peak, peak};
    XYSeries roof = chart.addSeries("roof", xs, ys);
    roof.setMarker(SeriesMarkers.NONE).setLineStyle(new BasicStroke(1.8f));
    points.forEach(
        (name, of) -> {
          double[] x = of.stream().mapToDouble(figure -> figure.roof().intensity()).toArray();
          double[] y = of.stream().mapToDouble(figure -> figure.roof().gigaflops()).toArray();
          XYSeries series = chart.addSeries(name, x, y);
          series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
          series.setMarker(SeriesMarkers.CIRCLE);
        });
    return chart;
  }

  private static double largest(List<Figure> figures, String unit) {
    return figures.stream()
        .filter(figure -> figure.benchmark().equals("limits") && figure.unit().equals(unit))
        .mapToDouble(Figure::value)
        .max()
        .orElse(Double.NaN);
  }

  // ---- the library ----------------------------------------------------------------------------

  private static XYChart chart(String title, String x, String y) {
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
        .setChartBackgroundColor(Color.WHITE)
        .setSeriesColors(COLOURS);
    chart.getStyler().setPlotGridLinesColor(new Color(0xDDDDDD));
    return chart;
  }

  private static byte[] png(XYChart chart) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ChartEncoder.saveChart(chart, out, "png");
    return out.toByteArray();
  }
}
