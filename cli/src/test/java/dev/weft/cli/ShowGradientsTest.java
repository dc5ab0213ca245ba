package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;

final class ShowGradientsTest {
  @TempDir Path folder;

  @Test
  void printsATableAndDrawsAPicture() throws Exception {
    Run run =
        Run.weft(
            "show", "gradients", "--steps=20", "--hidden=16", "--json", "--out", folder.toString());
    assertEquals(0, run.exitCode(), run.err());
    List<String> lines = run.out().lines().toList();
    assertEquals(9, lines.size(), "head, six networks, picture, JSON");
    assertTrue(lines.getFirst().contains("t=0 ") && lines.getFirst().contains("t=19"));
    JsonNode networks = new ObjectMapper().readTree(run.lastLine()).get("networks");
    assertEquals(6, networks.size());
    for (int i = 0; i < 6; i++) {
      JsonNode network = networks.get(i);
      assertTrue(lines.get(i + 1).startsWith(network.get("name").asText()), lines.get(i + 1));
      assertEquals(20, network.get("norms").size());
      assertTrue(network.get("clipped_norm").asDouble() <= 1 + 1e-5);
    }
    assertEquals(4, networks.get(5).get("saturated").size(), "an LSTM has four kinds of gates");
    BufferedImage picture = ImageIO.read(folder.resolve("gradients.png").toFile());
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        colours.add(picture.getRGB(x, y) & 0xffffff);
      }
    }
    assertTrue(colours.containsAll(Set.of(0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00)));
    DocumentBuilderFactory xml = DocumentBuilderFactory.newInstance();
    xml.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    Document drawing = xml.newDocumentBuilder().parse(folder.resolve("gradients.svg").toFile());
    assertTrue(drawing.getElementsByTagName("path").getLength() >= 6, "a path for each line");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--steps=600", "--steps=2000000000", "--hidden=2000000000"})
  void whatNoNumberHoldsIsRefusedInOneSentence(String option) {
    Run run = Run.weft("show", "gradients", option);
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().startsWith("weft show gradients: --steps "), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void tooFewStepsAreRefused() {
    Run run = Run.weft("show", "gradients", "--steps=1");
    assertEquals(2, run.exitCode());
    assertEquals("weft show gradients: --steps must be at least 2 but is 1\n", run.err());
  }
}
