package dev.weft.examples.chart;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.examples.chart.LineChart.Line;
import dev.weft.examples.classify.Confusion;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureTest {
  private static final double[] STEPS = {1, 2, 3, 4};

  @TempDir private Path folder;

  private static LineChart lines(boolean logarithmic, double... ys) {
    return new LineChart(
        "Loss & more",
        "step",
        "loss",
        logarithmic,
        List.of(
            new Line("training", STEPS, ys),
            new Line("validation", STEPS, new double[] {4, 3, 2, 2})));
  }

  /// Writes a picture and gives the text of its SVG.
  private String written(Picture picture) throws Exception {
    List<Path> files = picture.write(folder.resolve("charts"), "picture");
    assertEquals(
        List.of(folder.resolve("charts/picture.png"), folder.resolve("charts/picture.svg")), files);
    assertTrue(colours(files.getFirst()).size() > 3, "not blank");
    DocumentBuilderFactory xml = DocumentBuilderFactory.newInstance();
    xml.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    return xml.newDocumentBuilder()
        .parse(files.getLast().toFile())
        .getDocumentElement()
        .getTextContent();
  }

  private static Set<Integer> colours(Path png) throws IOException {
    BufferedImage image = ImageIO.read(png.toFile());
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        colours.add(image.getRGB(x, y) & 0xffffff);
      }
    }
    return colours;
  }

  @Test
  void everyLineHasItsNameAndItsColour() throws Exception {
    LineChart chart = lines(false, 5, 4, 3, 1);
    written(chart);
    assertEquals("Loss & more", chart.draw().getTitle());
    assertArrayEquals(new double[] {5, 4, 3, 1}, chart.draw().getSeries("training").getYData());
    assertArrayEquals(new double[] {4, 3, 2, 2}, chart.draw().getSeries("validation").getYData());
    Set<Integer> colours = colours(folder.resolve("charts/picture.png"));
    assertTrue(colours.contains(0x0072B2) && colours.contains(0xD55E00), "a colour for each line");
  }

  @Test
  void pointsThatCannotBeDrawnAreLeftOut() throws Exception {
    LineChart chart = lines(true, 1e-9, 0, Double.NaN, 1e6);
    assertArrayEquals(new double[] {1, 4}, chart.lines().getFirst().x());
    written(chart);
    assertArrayEquals(
        new double[] {-9, 6}, chart.draw().getSeries("training").getYData(), "powers of ten");
    assertEquals(3, lines(false, 1, 0, Double.POSITIVE_INFINITY, 2).lines().getFirst().x().length);
    var line = new Line("empty", new double[1], new double[] {Double.NaN});
    assertThrows(
        IllegalArgumentException.class, () -> new LineChart("t", "x", "y", false, List.of(line)));
    assertThrows(IllegalArgumentException.class, () -> new Line("a", new double[1], new double[2]));
  }

  private static String label(LineChart chart, double value) {
    return chart
        .draw()
        .getStyler()
        .getYAxisTickLabelsFormattingFunction()
        .apply(StrictMath.log10(value));
  }

  @Test
  void aLogarithmicAxisHasPowersOfTenOnlyWhereTheyAreNeeded() {
    LineChart losses = lines(true, 50, 4, 3, 0.1);
    assertEquals("42", label(losses, 42));
    assertEquals("8.3", label(losses, 8.29));
    assertEquals("0.13", label(losses, 0.131));
    LineChart norms = lines(true, 1e-9, 1, 2, 3);
    assertEquals("1e-9", label(norms, 1e-9));
    assertEquals("8.3e0", label(norms, 8.29));
  }

  @Test
  void aConfusionMatrixShowsThePercentagesOfItsRows() throws Exception {
    Confusion confusion = new Confusion(List.of("ham", "spam"), new int[][] {{63, 37}, {0, 9}});
    String text = written(new ConfusionChart("Mails", confusion));
    for (String shown : List.of("Mails", "predicted", "actual", "ham", "spam", "63", "37", "100")) {
      assertTrue(text.contains(shown), shown + " in " + text);
    }
  }

  @Test
  void whatHasTheNameIsReplaced() throws Exception {
    written(lines(false, 5, 4, 3, 1));
    long size = Files.size(folder.resolve("charts/picture.svg"));
    written(new ConfusionChart("t", new Confusion(List.of("a"), new int[][] {{1}})));
    assertTrue(Files.size(folder.resolve("charts/picture.svg")) != size);
  }
}
