package dev.weft.nn.train;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.nn.io.ModelFolder;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// Writes a line for each step into a file, as CSV or as JSON lines. A resumed training goes on
/// behind the steps it resumes from: later lines, and a torn one, are cut away. Where that fails,
/// the log stays as it was.
public final class StepLog implements StepListener {
  private static final String HEADER =
      "step,loss,learning_rate,gradient_norm,tokens_per_second,evaluation";
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;
  private final boolean csv;
  private BufferedWriter writer;

  private StepLog(Path file, boolean csv) {
    this.file = file;
    this.csv = csv;
  }

  /// Comma-separated values under a header line.
  public static StepLog csv(Path file) {
    return new StepLog(file, true);
  }

  /// One JSON object on each line.
  public static StepLog jsonLines(Path file) {
    return new StepLog(file, false);
  }

  @Override
  public void begin(long from, long total) throws IOException {
    List<String> kept = new ArrayList<>();
    if (csv) {
      kept.add(HEADER);
    }
    boolean goesOn = from > 0 && Files.exists(file);
    if (goesOn) {
      for (String line : Files.readAllLines(file)) {
        long step = stepOf(line);
        if (step >= 1 && step <= from) {
          kept.add(line);
        }
      }
    }
    String text = kept.stream().map(line -> line + System.lineSeparator()).collect(joining());
    if (goesOn) {
      ModelFolder.write(file.toRealPath(), text.getBytes(StandardCharsets.UTF_8));
      writer = Files.newBufferedWriter(file, StandardOpenOption.APPEND);
    } else {
      writer = Files.newBufferedWriter(file);
      writer.write(text);
      writer.flush();
    }
  }

  /// The step of a line; 0 for the header and for a torn line.
  private long stepOf(String line) {
    try {
      if (!csv) {
        return JSON.readTree(line).path("step").asLong();
      }
      String[] cells = line.split(",", -1);
      return cells.length == HEADER.split(",").length ? Long.parseLong(cells[0]) : 0;
    } catch (JsonProcessingException | NumberFormatException e) {
      return 0;
    }
  }

  @Override
  public void step(StepReport report) throws IOException {
    writer.write(csv ? row(report) : object(report));
    writer.newLine();
    writer.flush();
  }

  private static String row(StepReport report) {
    String evaluation = Double.isNaN(report.evaluation()) ? "" : "" + report.evaluation();
    return report.step()
        + ","
        + report.loss()
        + ","
        + report.rate()
        + ","
        + report.gradientNorm()
        + ","
        + Math.round(report.tokensPerSecond())
        + ","
        + evaluation;
  }

  private static String object(StepReport report) throws IOException {
    ObjectNode node = JSON.createObjectNode();
    node.put("step", report.step());
    node.put("loss", report.loss());
    node.put("learning_rate", report.rate());
    node.put("gradient_norm", report.gradientNorm());
    node.put("tokens_per_second", Math.round(report.tokensPerSecond()));
    if (!Double.isNaN(report.evaluation())) {
      node.put("evaluation", report.evaluation());
    }
    return JSON.writeValueAsString(node);
  }

  @Override
  public void end() throws IOException {
    if (writer != null) {
      writer.close();
      writer = null;
    }
  }
}
