package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weft.decoding.Continuation;
import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Replay;
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

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "What to continue (default: nothing, the beginning of a text).")
  private String prompt;

  @Mixin private SamplingFlags sampling;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1",
      description = "Continuations of the prompt, drawn side by side (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--no-cache",
      description = "Compute all tokens again for each new one: the same text, slowly.")
  private boolean noCache;

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws IOException {
    sampling.check();
    if (count < 1) {
      throw Failure.user("--count must be at least 1 but is " + count);
    }
    if (count > 1 && sampling.greedy()) {
      throw Failure.user(
          "--temperature 0 gives the same text each time: leave out --count or raise the"
              + " temperature");
    }
    PrintWriter out = spec.commandLine().getOut();
    try (OpenModel open = models.open()) {
      Tokenizer tokenizer = open.tokenizer();
      int[] ids = tokenizer.encode(prompt);
      if (ids.length == 0) {
        ids = new int[] {tokenizer.endOfText()}; // what stands before every text
      }
      sampling.requireRoom(ids.length, open);
      LanguageModel model = noCache ? new Replay(open.model()) : open.model();
      Streaming streaming = new Streaming(out);
      List<Continuation> completions;
      try (streaming) {
        streaming.begin(prompt);
        completions =
            sampling
                .generator(open.after(ids), open.filters(), streaming)
                .generate(model, ids, count);
      }
      for (Continuation more : completions.subList(1, count)) {
        out.println("---");
        out.println(prompt + more.text());
      }
      out.flush();
      spec.commandLine().getErr().println(streaming.speed());
      json.print(out, line -> write(line, completions, streaming));
    }
    return Failure.OK;
  }

  private void write(JsonGenerator line, List<Continuation> completions, Streaming streaming)
      throws IOException {
    line.writeStringField("prompt", prompt);
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
