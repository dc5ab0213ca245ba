package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weft.decoding.Continuation;
import dev.weft.decoding.DistinctNgrams;
import dev.weft.decoding.Generator;
import dev.weft.decoding.Listener;
import dev.weft.decoding.Sampling;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `weft compare`: one prompt, several models and temperatures.
@Command(
    name = "compare",
    description = {
      "Continue one prompt with several models, or at several temperatures: a row for each.",
      "",
      "log p is the mean log-probability of a drawn token by the model alone, distinct-1 and"
          + " distinct-2 the share of single tokens and of pairs that are different ones, all over"
          + " --count continuations; the text is the first of them."
    })
final class Compare implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "tiny|DIR",
      defaultValue = WeightOptions.TINY,
      description = "A model; may be given several times (default: ${DEFAULT-VALUE}).")
  private List<String> names;

  @Mixin private WeightOptions weights;

  @Mixin private DrawFlags draws;

  @Option(
      names = "--temperatures",
      paramLabel = "T",
      split = ",",
      description = "A row for each of these temperatures, for each model.")
  private List<Double> temperatures = new ArrayList<>();

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "4",
      description = "Continuations for each row (default: ${DEFAULT-VALUE}).")
  private int count;

  @Mixin private JsonOption json;

  private record Row(
      String model,
      long bytes,
      Double temperature,
      double logProbability,
      double distinct1,
      double distinct2,
      double tokensPerSecond,
      String text) {}

  @Override
  public Integer call() throws IOException {
    check();
    PrintWriter out = spec.commandLine().getOut();
    int width = names.stream().mapToInt(String::length).max().orElse(0);
    String columns = "%-" + Math.max(5, width) + "s %9s %11s %8s %10s %10s %8s  %s%n";
    out.printf(
        columns,
        "model",
        "weights",
        "temperature",
        "log p",
        "distinct-1",
        "distinct-2",
        "tokens/s",
        "text");
    List<Row> rows = new ArrayList<>();
    for (String name : names) {
      try (OpenModel open = weights.open(name)) {
        for (Double temperature : swept()) {
          Row row = row(open, temperature);
          rows.add(row);
          print(out, columns, row);
        }
      }
    }
    json.print(out, line -> write(line, rows));
    return Failure.OK;
  }

  private void check() {
    Given given = new Given(spec);
    draws.check(given);
    Require.atLeastOne("--count", count);
    given.exclude("--temperatures", "has a row for each of its values", "--temperature");
    for (Double temperature : temperatures) {
      SamplingFlags.requireTemperature("--temperatures", temperature);
    }
    Require.atLeastOne("--max-tokens", draws.length().maxTokens());
    names.forEach(weights::check); // all of them before the first is opened
  }

  private List<Double> swept() {
    List<Double> swept = new ArrayList<>(temperatures);
    if (swept.isEmpty()) {
      swept.add(draws.sampling().temperature());
    }
    return swept;
  }

  private Row row(OpenModel open, Double temperature) {
    int[] ids = draws.ids(open);
    Generator generator = draws.generator(open, ids, Listener.NONE, temperature);
    long start = System.nanoTime();
    List<Continuation> texts = generator.generate(open.model(), ids, count);
    double seconds = (System.nanoTime() - start) * 1e-9;
    double logProbability = 0;
    double distinct1 = 0;
    double distinct2 = 0;
    int tokens = 0;
    for (Continuation text : texts) {
      logProbability += text.logProbability();
      tokens += text.generated().length;
      distinct1 += DistinctNgrams.share(text.generated(), 1) / count;
      distinct2 += DistinctNgrams.share(text.generated(), 2) / count;
    }
    return new Row(
        open.name(),
        open.bytes(),
        temperature,
        logProbability / tokens,
        distinct1,
        distinct2,
        tokens / seconds,
        texts.get(0).text());
  }

  private static void print(PrintWriter out, String columns, Row row) {
    out.printf(
        columns,
        row.model,
        format("%.1f MB", row.bytes * 1e-6),
        row.temperature == null ? "preset's" : format("%.2f", row.temperature),
        format("%.3f", row.logProbability),
        format("%.3f", row.distinct1),
        format("%.3f", row.distinct2),
        format("%.1f", row.tokensPerSecond),
        Sampling.repr(row.text));
    out.flush();
  }

  private static String format(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }

  private void write(JsonGenerator line, List<Row> rows) throws IOException {
    line.writeStringField("prompt", draws.prompt());
    line.writeArrayFieldStart("rows");
    for (Row row : rows) {
      line.writeStartObject();
      line.writeStringField("model", row.model);
      line.writeNumberField("bytes", row.bytes);
      if (row.temperature != null) {
        line.writeNumberField("temperature", row.temperature);
      }
      line.writeNumberField("logprob_per_token", row.logProbability);
      line.writeNumberField("distinct_1", row.distinct1);
      line.writeNumberField("distinct_2", row.distinct2);
      line.writeNumberField("tokens_per_second", row.tokensPerSecond);
      line.writeStringField("text", row.text);
      line.writeEndObject();
    }
    line.writeEndArray();
  }
}
