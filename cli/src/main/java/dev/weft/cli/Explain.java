package dev.weft.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.decoding.Continuation;
import dev.weft.decoding.Decision;
import dev.weft.decoding.Generator;
import dev.weft.decoding.Listener;
import dev.weft.decoding.Sampling;
import dev.weft.decoding.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `weft explain`: a reason for every token.
@Command(
    name = "explain",
    description = {
      "Continue a prompt and say of each token why it was drawn.",
      "",
      "The same options give the text that `weft generate` writes. For each token: what each stage"
          + " kept, which share of the probability that was, and for the likeliest tokens, the chosen"
          + " one and the runner-up their logits after each stage, or the stage that cut them."
    })
final class Explain implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ModelOptions models;

  @Mixin private DrawFlags draws;

  @Option(
      names = "--best",
      paramLabel = "N",
      defaultValue = "5",
      description = "Likeliest tokens to show at each step (default: ${DEFAULT-VALUE}).")
  private int best;

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws IOException {
    draws.check(new Given(spec));
    Require.atLeastOne("--best", best);
    PrintWriter out = spec.commandLine().getOut();
    try (OpenModel open = models.open()) {
      int[] ids = draws.ids(open);
      Tokenizer tokenizer = open.after(ids);
      Generator generator = draws.generator(open, ids, Listener.NONE);
      Continuation text = generator.generate(open.model(), ids);
      out.println(Sampling.repr(draws.prompt() + text.text()));
      List<Decision> decisions = generator.explain(open.model(), text, 0, best);
      for (Decision decision : decisions) {
        out.println();
        out.print(decision.toText(tokenizer));
      }
      out.flush();
      json.print(
          out,
          line -> {
            line.setCodec(new ObjectMapper());
            line.writeStringField("prompt", draws.prompt());
            line.writeStringField("text", text.text());
            line.writeObjectField("decisions", decisions);
          });
    }
    return Failure.OK;
  }
}
