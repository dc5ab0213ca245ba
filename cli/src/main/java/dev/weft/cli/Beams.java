package dev.weft.cli;

import dev.weft.decoding.BeamListener;
import dev.weft.decoding.BeamSearch;
import dev.weft.decoding.BeamTree;
import dev.weft.decoding.Replay;
import dev.weft.decoding.Sampling;
import dev.weft.decoding.ScoredSequence;
import dev.weft.decoding.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `weft beams`: the whole tree of a beam search.
@Command(
    name = "beams",
    description = {
      "Continue a prompt by beam search and show all that was considered.",
      "",
      "Standard output holds a tree, one line for each token: + went on, = ended its sequence, - was"
          + " pruned (with the score of the worst that went on instead), each with the"
          + " log-probability of the text so far, and #1, #2 … on the paths of the results. Then the"
          + " results."
    })
final class Beams implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ModelOptions models;

  @Mixin private PromptOption prompt;

  @Mixin private BeamFlags flags;
  @Mixin private LengthFlags length;
  @Mixin private NgramFlag ngram;

  @Option(
      names = "--no-cache",
      description = "Compute all tokens again at each step: the same result, slowly.")
  private boolean noCache;

  @Option(
      names = "--verbose",
      description = "While searching, print the live texts of each step to standard error.")
  private boolean verbose;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write the tree as a page of its own, to be opened in a browser.")
  private Path html;

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws IOException {
    length.check();
    flags.defaults(6, 2);
    flags.check(new Given(spec), length, ngram.n());
    requireFolder();
    PrintWriter out = spec.commandLine().getOut();
    try (OpenModel open = models.open()) {
      int[] ids = open.prompt(prompt.text());
      length.requireRoom(ids.length, open);
      Tokenizer tokenizer = open.after(ids);
      BeamTree tree =
          search(open, tokenizer).trace(noCache ? new Replay(open.model()) : open.model(), ids);
      BeamData data = new BeamData(prompt.text(), tree, tokenizer);
      out.print(tree.toText(tokenizer));
      for (ScoredSequence found : tree.sequences()) {
        String text = Sampling.repr(prompt.text() + tokenizer.decode(found.generated(), true));
        out.printf(Locale.ROOT, "%.4f: %s%n", found.score(), text);
      }
      out.flush();
      json.print(out, data::write);
      if (html != null) {
        write(BeamPage.of(data));
      }
    }
    return Failure.OK;
  }

  private BeamSearch search(OpenModel open, Tokenizer tokenizer) {
    BeamSearch search = flags.search(open, length, ngram.n());
    PrintWriter err = spec.commandLine().getErr();
    return verbose ? search.listener(BeamListener.lines(tokenizer, err::println)) : search;
  }

  /// Refuses a page that could not be written, before the search.
  private void requireFolder() {
    if (html != null) {
      Path folder = html.toAbsolutePath().getParent();
      Require.that(
          folder != null && Files.isDirectory(folder) && !Files.isDirectory(html),
          "--html "
              + html
              + " cannot be written: "
              + (Files.isDirectory(html) ? "it is a folder" : "there is no folder " + folder));
    }
  }

  private void write(String page) {
    try {
      Files.writeString(html, page, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw Failure.user("--html " + html + " cannot be written: " + Reasons.of(e), e);
    }
  }
}
