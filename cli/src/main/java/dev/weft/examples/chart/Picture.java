package dev.weft.examples.chart;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.internal.chartpart.IChart;

/// A chart that can be stored; no screen is needed.
public sealed interface Picture permits LineChart, ConfusionChart {
  /// The chart, in the terms of the library that draws it.
  IChart draw();

  /// Stores the picture as `name.png` and `name.svg` in a folder, which is made; what has these
  /// names is replaced.
  ///
  /// @return the two files
  default List<Path> write(Path folder, String name) throws IOException {
    System.setProperty("java.awt.headless", "true"); // before the first class of AWT
    Files.createDirectories(folder);
    Path png = folder.resolve(name + ".png");
    Path svg = folder.resolve(name + ".svg");
    try (OutputStream out = Files.newOutputStream(png)) {
      ChartEncoder.saveChart(draw(), out, "png");
    }
    try (Writer out = Files.newBufferedWriter(svg)) {
      SvgDrawing.write(draw(), out);
    }
    return List.of(png, svg);
  }
}
