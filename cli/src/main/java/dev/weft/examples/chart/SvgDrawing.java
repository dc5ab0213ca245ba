package dev.weft.examples.chart;

import java.awt.Dimension;
import java.io.IOException;
import java.io.Writer;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.knowm.xchart.internal.chartpart.IChart;
import org.w3c.dom.Document;

/// A chart as SVG, drawn by Apache Batik: what XChart itself would take for it is under the LGPL.
final class SvgDrawing {
  private static final String NAMESPACE = "http://www.w3.org/2000/svg";

  private SvgDrawing() {}

  static void write(IChart chart, Writer out) throws IOException {
    SVGGraphics2D graphics = new SVGGraphics2D(document());
    graphics.setSVGCanvasSize(new Dimension(chart.getWidth(), chart.getHeight()));
    chart.paint(graphics, chart.getWidth(), chart.getHeight());
    graphics.stream(out, true);
  }

  private static Document document() {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument(NAMESPACE, "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e); // every JDK has a parser
    }
  }
}
