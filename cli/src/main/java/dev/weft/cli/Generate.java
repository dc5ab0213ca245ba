package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weft.decoding.Continuation;
import dev.weft.decoding.Generator;
import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Replay;
import dev.weft.decoding.ScoredSequence;
import dev.weft.decoding.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `weft generate`: continues a prompt.
@Command(
    name = "generate",
    description = {
      "Continue a prompt with a model, token by token.",
      "",
      "Standard output holds the text, prompt included; with several continuations a line of ---"
          + " between them. Speed goes to standard error."
    })
final class Generate implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ModelOptions models;

  @Mixin private DrawFlags draws;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1",
      description = "Continuations of the prompt, drawn side by side (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--best-of",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Draw N continuations side by side and print the one that the model finds likeliest per"
              + " token (default: ${DEFAULT-VALUE}).")
  private int bestOf;

  @Mixin private BeamFlags beams;

  @Option(
      names = "--no-cache",
      description = "Compute all tokens again for each new one: the same text, slowly.")
  private boolean noCache;

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws IOException {
    check();
    try (OpenModel open = models.open()) {
      int[] ids = draws.ids(open);
      LanguageModel model = noCache ? new Replay(open.model()) : open.model();
      if (beams.given()) {
        search(open, model, ids);
      } else {
        draw(open, model, ids);
      }
    }
    return Failure.OK;
  }

  private void draw(OpenModel open, LanguageModel model, int[] ids) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Streaming streaming = new Streaming(out, bestOf == 1);
    Generator generator = draws.generator(open, ids, streaming);
    generator.sampler().skipped().forEach(spec.commandLine().getErr()::println);
    List<Continuation> completions;
    try (streaming) {
      streaming.begin(draws.prompt());
      completions =
          bestOf == 1
              ? generator.generate(model, ids, count)
              : List.of(generator.bestOf(model, ids, bestOf));
      if (bestOf > 1) {
        out.print(completions.get(0).text());
      }
    }
    for (Continuation more : completions.subList(1, completions.size())) {
      out.println("---");
      out.println(draws.prompt() + more.text());
    }
    out.flush();
    spec.commandLine().getErr().println(streaming.speed());
    json.print(out, line -> write(line, completions, streaming));
  }

  private void check() {
    Given given = new Given(spec);
    draws.check(given);
    if (given.has("--beams")) {
      beams.defaults(1, 1);
      String why = "searches and draws nothing";
      given.exclude("--beams", why, SamplingFlags.DRAWS);
      given.exclude("--beams", why, "--count", "--best-of", "--stop", "--max-time", "--past-end");
    }
    beams.check(given, draws.length(), draws.sampling().noRepeatNgram());
    Require.atLeastOne("--count", count);
    Require.atLeastOne("--best-of", bestOf);
    given.exclude("--best-of", "prints one continuation", "--count");
    if (draws.sampling().greedy()) {
      given.exclude("--temperature", "0 gives the same text each time", "--count", "--best-of");
    }
  }

  private void search(OpenModel open, LanguageModel model, int[] ids) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Tokenizer tokenizer = open.after(ids);
    long start = System.nanoTime();
    List<ScoredSequence> found =
        beams.search(open, draws.length(), draws.sampling().noRepeatNgram()).search(model, ids);
    double seconds = (System.nanoTime() - start) * 1e-9;
    for (int i = 0; i < found.size(); i++) {
      if (i > 0) {
        out.println("---");
      }
      out.println(draws.prompt() + tokenizer.decode(found.get(i).generated(), true));
    }
    out.flush();
    spec.commandLine()
        .getErr()
        .printf(
            Locale.ROOT,
            "%d %s in %.2f s%n",
            found.size(),
            found.size() == 1 ? "sequence" : "sequences",
            seconds);
    json.print(
        out,
        line -> {
          line.writeStringField("prompt", draws.prompt());
          line.writeArrayFieldStart("completions");
          for (ScoredSequence one : found) {
            line.writeStartObject();
            int[] generated = one.generated();
            line.writeStringField("text", tokenizer.decode(generated, true));
            line.writeFieldName("tokens");
            line.writeArray(generated, 0, generated.length);
            line.writeStringField("finish_reason", one.finished() ? "end_token" : "max_tokens");
            line.writeNumberField("logprob", one.logProbability());
            line.writeNumberField("score", one.score());
            line.writeEndObject();
          }
          line.writeEndArray();
          line.writeNumberField("seconds", seconds);
        });
  }

  private void write(JsonGenerator line, List<Continuation> completions, Streaming streaming)
      throws IOException {
    line.writeStringField("prompt", draws.prompt());
    line.writeArrayFieldStart("completions");
    for (Continuation completion : completions) {
      line.writeStartObject();
      line.writeStringField("text", completion.text());
      line.writeFieldName("tokens");
      int[] generated = completion.generated();
      line.writeArray(generated, 0, generated.length);
      String reason = completion.finish().name().toLowerCase(Locale.ROOT);
      line.writeStringField("finish_reason", reason);
      line.writeNumberField("logprob", completion.logProbability());
      line.writeEndObject();
    }
    line.writeEndArray();
    line.writeNumberField("tokens_per_second", streaming.tokensPerSecond());
    line.writeNumberField("time_to_first_token", streaming.secondsToFirst());
  }
}
