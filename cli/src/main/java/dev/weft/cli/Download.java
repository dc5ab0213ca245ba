package dev.weft.cli;

import dev.weft.cli.FileServer.Remote;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `weft download`: brings a model's files into a folder that `--model` takes.
@Command(
    name = "download",
    description = {
      "Download a GPT-2 model into a folder for --model.",
      "",
      "A download that was broken off is continued. Each file's size and hash are checked: the"
          + " SHA-256 (large files) or git's SHA-1 (small files) that the model hub names, on a"
          + " mirror the hash in its ETag or in a .sha256 file beside it. A file has its name only"
          + " when they are right."
    })
final class Download implements Callable<Integer> {
  private static final List<String> MODELS =
      List.of("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl");
  private static final List<String> FILES =
      List.of("config.json", "vocab.json", "merges.txt", "model.safetensors");
  private static final String HUB = "https://huggingface.co/openai-community/";

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "MODEL",
      description = "gpt2 (0.5 GB), gpt2-medium (1.5), gpt2-large (3.2) or gpt2-xl (6.4).")
  private String model;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DIR",
      description = "The folder; made when missing.")
  private Path folder;

  @Option(
      names = "--mirror",
      paramLabel = "URL",
      description = "Where the files lie, instead of the model hub: URL/config.json and so on.")
  private String mirror;

  @Option(
      names = "--unchecked",
      description = "Take files whose server names no hash; only their size is checked.")
  private boolean unchecked;

  private Duration pause = Duration.ofSeconds(1);

  /// How long to wait before trying again after a broken connection: tests wait less.
  void pause(Duration duration) {
    pause = duration;
  }

  @Override
  public Integer call() {
    if (!MODELS.contains(model)) {
      throw Failure.user("there is no model '" + model + "' to download: choose one of " + MODELS);
    }
    URI base = base();
    PrintWriter out = spec.commandLine().getOut();
    Progress progress = new Progress(spec.commandLine().getErr(), Terminal.onStandardError());
    try (FileServer server = new FileServer()) {
      makeFolder();
      Transfer transfer = new Transfer(server, pause, progress);
      for (String name : FILES) {
        Remote remote = describe(server, base.resolve(name));
        requireSpace(remote);
        progress.begin(name);
        Path target = folder.resolve(name);
        Transfer.Outcome outcome = transfer.run(remote, target);
        progress.end();
        out.printf(
            Locale.ROOT,
            "%-18s %10s  %s, %s%n",
            name,
            Progress.megabytes(Files.size(target)),
            switch (outcome) {
              case PRESENT -> "already there";
              case FETCHED -> "downloaded";
              case RESUMED -> "continued";
            },
            remote.checksum() == null
                ? "size checked"
                : "size and " + remote.checksum().label() + " checked");
        out.flush();
      }
    } catch (IOException e) {
      progress.end();
      throw Failure.outside(
          "the download of "
              + model
              + " failed: "
              + Reasons.of(e)
              + "; the same command continues it",
          e);
    }
    out.println("Try it: ./weft generate --model \"" + folder + "\" --prompt \"Once upon a time\"");
    return Failure.OK;
  }

  private void makeFolder() {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw Failure.user(
          "--to " + folder + " cannot be made (" + Reasons.of(e) + "): choose another", e);
    }
  }

  private URI base() {
    String text = mirror == null ? HUB + model + "/resolve/main" : mirror;
    try {
      URI uri = URI.create(text.endsWith("/") ? text : text + "/");
      if (uri.getHost() != null && uri.getScheme().matches("https?")) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw Failure.user("--mirror " + text + " is no URL that starts with http:// or https://");
  }

  private Remote describe(FileServer server, URI uri) throws IOException {
    Remote remote = server.describe(uri);
    if (remote.checksum() == null && !unchecked) {
      throw Failure.user(
          uri
              + " has no hash to check it by: put a "
              + uri.getPath().replaceFirst(".*/", "")
              + ".sha256 beside it on the mirror, or pass --unchecked");
    }
    return remote;
  }

  private void requireSpace(Remote remote) throws IOException {
    long free = Files.getFileStore(folder).getUsableSpace();
    if (remote.size() > free) {
      throw Failure.user(
          remote.uri()
              + " needs "
              + Progress.megabytes(remote.size())
              + " but "
              + folder
              + " has "
              + Progress.megabytes(free)
              + " left: make room or choose another --to");
    }
  }
}
