package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.examples.classify.Confusion;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ClassifierReportTest {
  private static ClassifierReport report(int positive) {
    return new ClassifierReport(
        confusion(50, 10, 20, 20),
        confusion(40, 20, 30, 10),
        confusion(60, 0, 40, 0),
        positive,
        new EpochTraining.Result(7, 5, 1.5));
  }

  /// @param counts ham taken for ham, ham for spam, spam for ham, spam for spam
  private static Confusion confusion(int... counts) {
    return new Confusion(
        List.of("ham", "spam"), new int[][] {{counts[0], counts[1]}, {counts[2], counts[3]}});
  }

  private static JsonNode json(ClassifierReport report) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator line = new JsonFactory().createGenerator(text)) {
      line.writeStartObject();
      report.write(line);
      line.writeEndObject();
    }
    return new ObjectMapper().readTree(text.toString());
  }

  @Test
  void theFieldsAreThoseOfTheNetworkAndOfWhatItIsHeldAgainst() throws IOException {
    JsonNode line = json(report(1));
    assertEquals(0.7, line.get("accuracy").asDouble(), 1e-12);
    assertEquals(20 / 30.0, line.get("precision").asDouble(), 1e-12);
    assertEquals(0.5, line.get("recall").asDouble(), 1e-12);
    assertEquals(40 / 70.0, line.get("f1").asDouble(), 1e-12);
    assertEquals((100 / 130.0 + 40 / 70.0) / 2, line.get("macro_f1").asDouble(), 1e-12);
    assertEquals(0.5, line.get("baseline_accuracy").asDouble(), 1e-12);
    assertEquals(10 / 30.0, line.get("baseline_precision").asDouble(), 1e-12);
    assertEquals(0.25, line.get("baseline_recall").asDouble(), 1e-12);
    assertEquals(0.6, line.get("majority_accuracy").asDouble(), 1e-12);
    assertEquals(7, line.get("epochs").asInt());
    assertEquals(1.5, line.get("seconds").asDouble());
  }

  @Test
  void theTableHasTheSameFigures() {
    assertEquals(
        List.of(
            "test part              accuracy  macro-F1  precision  recall      F1",
            "this network             70.00 %   67.03 %    66.67 %  50.00 %  57.14 %",
            "naive Bayes              50.00 %   45.05 %    33.33 %  25.00 %  28.57 %",
            "the most frequent class  60.00 %   37.50 %     0.00 %   0.00 %   0.00 %"),
        report(1).lines());
    assertEquals("this network             70.00 %   67.03 %", report(-1).lines().get(1));
  }
}
