package dev.weft.cli;

import dev.weft.gpt2.Corpus;
import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.gpt2.Gpt2Folder;
import dev.weft.gpt2.Gpt2Tokenizer;
import dev.weft.nn.io.Checkpoints;
import dev.weft.nn.optim.NotFiniteException;
import dev.weft.nn.train.Trainer;
import dev.weft.rnn.ModelKind;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `weft train gpt2`: from scratch or from a folder of weights, to a folder that `weft generate`
/// takes. What cannot work is refused before anything is computed: a training takes hours.
@Command(
    name = "gpt2",
    sortOptions = false,
    description = {
      "Train a GPT-2 on text files, from scratch or from the weights of --from.",
      "",
      "AdamW with decay on matrices, cosine schedule with warm-up, gradients clipped to norm 1."
          + " --out gets the model in Hugging Face's layout, a log (train.csv) and checkpoints; the"
          + " same command with --resume goes on from the newest one and gives the losses of an"
          + " unbroken run."
    })
final class TrainGpt2 implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      required = true,
      arity = "1..*",
      paramLabel = "FILE",
      description = "Text files, UTF-8, or folders of .txt files.")
  private List<Path> data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where the model goes.")
  private Path out;

  @Option(names = "--from", paramLabel = "DIR", description = "Fine-tune the GPT-2 in this folder.")
  private Path from;

  @Option(
      names = "--test",
      paramLabel = "FILE",
      description = "Held-out text: scored at the end, beside an n-gram model of the same data.")
  private Path test;

  @Mixin private TrainingFlags flags;

  @Option(
      names = "--sample",
      defaultValue = "It was",
      paramLabel = "TEXT",
      description = "What the samples continue (default: \"${DEFAULT-VALUE}\").")
  private String prompt;

  @Option(
      names = "--store",
      defaultValue = "f32",
      paramLabel = "f32|bf16",
      converter = StoredType.class,
      description = "How the weights are written (${DEFAULT-VALUE}).")
  private DType store;

  @Mixin private ShapeFlags shape;

  @Option(names = "--resume", description = "Go on from the newest checkpoint in --out.")
  private boolean resume;

  @Mixin private DeviceOptions devices;
  @Mixin private JsonOption json;

  @Override
  public Integer call() throws IOException {
    flags.check();
    Checkpoints checkpoints = new Checkpoints(out.resolve("checkpoints"), 2);
    checkFolders(checkpoints);
    String heldOut = test == null ? null : read("--test " + test, () -> Corpus.text(test));
    if (heldOut != null && heldOut.isEmpty()) {
      throw Failure.user("--test " + test + " is empty: there is nothing to score");
    }
    try (Gpt2Training training = open()) {
      train(training, checkpoints, heldOut);
    } catch (NotFiniteException e) {
      throw Failure.user(e.getMessage() + "; --rate is " + flags.rate(), e);
    } catch (IllegalArgumentException e) {
      throw Failure.user(e.getMessage(), e);
    }
    return Failure.OK;
  }

  // ---- what can be refused at once --------------------------------------------------------------

  private void checkFolders(Checkpoints checkpoints) throws IOException {
    if (from != null) {
      shape.requireNone();
      if (!Files.exists(from.resolve("config.json"))) {
        throw Failure.user(
            "--from "
                + from
                + " has no config.json: name the folder of a GPT-2 in Hugging Face's"
                + " layout");
      }
    }
    read("--out " + out, () -> Files.createDirectories(out));
    if (!resume && checkpoints.latest().isPresent()) {
      throw Failure.user(
          "--out "
              + out
              + " holds the checkpoints of an earlier training: pass --resume to go on with it, or"
              + " choose another folder");
    }
    Optional<ModelKind> other = ModelKind.of(out);
    if (other.isPresent()) {
      throw Failure.user("--out " + out + " holds a " + other.get() + ": choose another folder");
    }
    if (Gpt2Tokenizer.hasOtherFiles(out, from)) {
      throw Failure.user(
          "--out "
              + out
              + " holds the merges.txt or vocab.json of another model: choose another folder");
    }
  }

  /// Something that is read or made.
  @FunctionalInterface
  private interface Access<T> {
    T get() throws IOException;
  }

  private static <T> T read(String what, Access<T> access) {
    try {
      return access.get();
    } catch (IOException e) {
      throw Failure.user(what + " cannot be used: " + Reasons.of(e), e);
    } catch (IllegalArgumentException e) {
      throw Failure.user(what + " cannot be used: " + e.getMessage(), e);
    }
  }

  // ---- the training -----------------------------------------------------------------------------

  private Gpt2Training open() {
    Device device = devices.open();
    if (from == null) {
      Gpt2Config config = shape.config();
      Gpt2Tokenizer tokenizer = Gpt2Tokenizer.first(config.vocabulary());
      Corpus corpus = corpus(tokenizer);
      Gpt2 model = Gpt2.create(config, device, DType.F32, flags.seed());
      return new Gpt2Training(model, tokenizer, corpus, flags, this::say);
    }
    return read(
        "--from " + from,
        () -> {
          try (Gpt2Folder folder = Gpt2Folder.open(from)) {
            Gpt2Tokenizer tokenizer = folder.tokenizer();
            Corpus corpus = corpus(tokenizer);
            return new Gpt2Training(folder.training(device), tokenizer, corpus, flags, this::say);
          }
        });
  }

  private Corpus corpus(Gpt2Tokenizer tokenizer) {
    return read(
        "--data",
        () -> Corpus.read(data, tokenizer::encode, tokenizer.endOfText(), 0.02, flags.seed()));
  }

  private void train(Gpt2Training training, Checkpoints checkpoints, String heldOut) {
    int context = training.model().config().context();
    if (heldOut != null && context < 2) {
      throw Failure.user("--test needs a context of at least 2 but --context is " + context);
    }
    long began = System.nanoTime();
    try {
      Trainer trainer = training.trainer(checkpoints, out.resolve("train.csv"), prompt);
      if (resume) {
        say(String.format(Locale.ROOT, "goes on after step %,d", resumed(trainer)));
      }
      Trainer.Result result = trainer.train(flags.steps());
      boolean best = trainer.restoreBest();
      if (from != null) {
        Gpt2Tokenizer.copyFiles(from, out);
      }
      Gpt2Folder.save(training.model(), out, store, training.tokenizer());
      say((best ? "the best weights were" : "the model was") + " written to " + out);
      HeldOut score = heldOut == null ? null : training.score(heldOut);
      if (score != null) {
        say(test + ": " + score);
      }
      report(result, score, (System.nanoTime() - began) * 1e-9);
    } catch (IOException e) {
      throw Failure.outside(
          "the training failed: " + Reasons.of(e) + "; the same command with --resume goes on", e);
    }
  }

  private static long resumed(Trainer trainer) throws IOException {
    try {
      return trainer.resume();
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw Failure.user("--resume wants the command as it was: " + e.getMessage(), e);
    }
  }

  private void report(Trainer.Result result, HeldOut score, double seconds) throws IOException {
    json.print(
        spec.commandLine().getOut(),
        line -> {
          line.writeNumberField("steps", result.steps());
          if (Double.isFinite(result.loss())) { // else there was no step left to do
            line.writeNumberField("loss", result.loss());
          }
          if (score != null) {
            line.writeNumberField("bits_per_byte", score.bitsPerByte());
            line.writeNumberField("perplexity", score.perplexity());
            line.writeNumberField("baseline_bits_per_byte", score.baselineBitsPerByte());
          }
          line.writeNumberField("seconds", seconds);
        });
  }

  private void say(String line) {
    new Lines(spec.commandLine().getOut()).accept(line);
  }

  /// `f32` or `bf16`.
  static final class StoredType implements ITypeConverter<DType> {
    @Override
    public DType convert(String text) {
      return switch (text) {
        case "f32" -> DType.F32;
        case "bf16" -> DType.BF16;
        default -> throw new TypeConversionException("must be f32 or bf16 but is '" + text + "'");
      };
    }
  }
}
