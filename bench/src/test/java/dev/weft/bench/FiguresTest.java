package dev.weft.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FiguresTest {
  private static Row rate(double value, double limit) {
    return new Row("decode", "f32 x", value, value, "tokens/s", limit);
  }

  private static Row time(double value) {
    return new Row("rnn", "f32 y", value, value, "ms", Double.NaN);
  }

  private static List<List<Row>> rounds(Row... rows) {
    return List.of(rows).stream().map(List::of).toList();
  }

  @Test
  void aRateIsTheMedianOfTheRoundsAndItsSpreadTheSlowestOne() {
    var rounds = rounds(rate(70, 100), rate(80, 100), rate(60, 80));
    Figure figure = Figures.join(rounds, Map.of()).getFirst();
    assertEquals(70, figure.value());
    assertEquals(1.0 / 7, figure.spread(), 1e-12);
    assertEquals(100, figure.limit());
    assertEquals(0.75, figure.ratio(), 1e-12); // of 0.7, 0.8, 0.75
    assertNull(figure.peer());
  }

  @Test
  void aTimeIsBetterWhenItIsShorter() {
    var ours = rounds(time(10), time(30), time(11));
    Figure figure =
        Figures.join(ours, Map.of("other", rounds(time(20), time(20), time(44)))).getFirst();
    assertEquals(11, figure.value());
    assertEquals(19.0 / 11, figure.spread(), 1e-12);
    assertEquals(20, figure.peerValue());
    assertEquals(2, figure.peerRatio(), 1e-12); // of 2, 2/3, 4: each round by itself
  }

  @Test
  void eachPeerHasItsOwnFigureAndWhatOnlyAPeerDoesIsLeftOut() {
    var figures =
        Figures.join(
            rounds(rate(10, Double.NaN)),
            Map.of("other", List.of(List.of(rate(5, Double.NaN), time(1)))));
    assertEquals(1, figures.size());
    assertEquals("other", figures.getFirst().peer());
    assertEquals(2, figures.getFirst().peerRatio());
    assertNull(figures.getFirst().limit());
  }

  @Test
  void aRoundThatAPeerMissedIsComparedWithNothing() {
    var ours = rounds(rate(10, 20), rate(30, 20), rate(60, 20));
    var theirs = List.of(List.<Row>of(), List.of(rate(10, 20)), List.of(rate(15, 20)));
    Figure figure = Figures.join(ours, Map.of("other", theirs)).getFirst();
    assertEquals(3, figure.rounds());
    assertEquals(2, figure.peerRounds());
    assertEquals(3.5, figure.peerRatio(), 1e-12); // of 3 and 4
    assertEquals(3, figure.peerRatioLow(), 1e-12);
    assertEquals(4, figure.peerRatioHigh(), 1e-12);
    assertEquals("3.50 × (3.00 – 4.00)", figure.advantage());
    var once = List.of(List.<Row>of(), List.of(rate(10, 20)), List.<Row>of());
    assertEquals("3.00 ×", Figures.join(ours, Map.of("other", once)).getFirst().advantage());
    var never = Figures.join(rounds(rate(10, 20)), Map.of("other", List.of(List.of())));
    assertNull(never.getFirst().peer());
  }

  @Test
  void whatWasMeasuredComesBackFromItsFileAsItWas(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("rows.json");
    var measured =
        new Measured(List.of(rate(3, 4).taking(2e9, 1e9), time(7)), List.of("x: it was \"wrong\""));
    measured.write(file);
    assertEquals(measured, Measured.read(file));
  }

  @Test
  void aPlaceUnderTheRoofIsOfASecondWhateverTheUnit() {
    assertEquals(new Row.Roof(2, 6), rate(3, 4).taking(2e9, 1e9).roof());
    assertEquals(2e9 / 0.007 / 1e9, time(7).taking(2e9, 1e9).roof().gigaflops(), 1e-9);
  }

  @Test
  void theJsonIsAnArrayWithTheMachinesFacts(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("figures.json");
    List<Figure> figures =
        Figures.join(rounds(rate(10, 20)), Map.of("other", rounds(rate(4, Double.NaN))));
    Figures.write(file, Machine.here("device", 2), figures);
    JsonNode array = new ObjectMapper().readTree(file.toFile());
    JsonNode figure = array.get(0);
    assertTrue(array.isArray());
    assertEquals("decode", figure.get("benchmark").asText());
    assertEquals("f32 x", figure.get("variant").asText());
    assertEquals("tokens/s", figure.get("unit").asText());
    assertEquals(0.5, figure.get("ratio").asDouble());
    assertEquals("other", figure.get("peer").asText());
    assertEquals(4, figure.get("peerValue").asDouble());
    assertEquals(2.5, figure.get("peerRatio").asDouble());
    assertEquals(2, figure.get("machine").get("threads").asInt());
  }
}
