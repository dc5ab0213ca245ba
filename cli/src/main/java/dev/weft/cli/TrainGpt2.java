package dev.weft.cli;

import dev.weft.decoding.NgramModel;
import dev.weft.decoding.Sampling;
import dev.weft.decoding.SamplingOptions;
import dev.weft.gpt2.Corpus;
import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.gpt2.Gpt2Folder;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.gpt2.Gpt2Tokenizer;
import dev.weft.gpt2.Scoring;
import dev.weft.nn.Noise;
import dev.weft.nn.io.Checkpoints;
import dev.weft.nn.optim.AdamW;
import dev.weft.nn.optim.EarlyStopping;
import dev.weft.nn.optim.Schedule;
import dev.weft.nn.train.Objective;
import dev.weft.nn.train.ProgressLine;
import dev.weft.nn.train.StepListener;
import dev.weft.nn.train.StepLog;
import dev.weft.nn.train.StepReport;
import dev.weft.nn.train.Trainer;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `weft train gpt2`: from scratch or from a folder of weights, to a folder that `weft generate`
/// takes.
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
  private static final int EVALUATION_ROWS = 8;
  private static final int EVALUATION_BATCHES = 16;
  private static final int NGRAM_ORDER = 4;

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

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "3000",
      description = "Optimizer steps (${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "16",
      description = "Rows of a batch (${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--length",
      paramLabel = "N",
      description = "Tokens of a row (default: the model's context).")
  private Integer length;

  @Option(
      names = "--accumulate",
      paramLabel = "N",
      defaultValue = "1",
      description = "Batches whose gradients add up to one step (${DEFAULT-VALUE}).")
  private int accumulate;

  @Option(
      names = "--rate",
      paramLabel = "P",
      defaultValue = "2e-3",
      description = "Peak learning rate (${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--decay",
      paramLabel = "P",
      defaultValue = "0.1",
      description = "Weight decay of matrices (${DEFAULT-VALUE}).")
  private double decay;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0",
      description = "Share dropped, below 1 (${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of weights and batches (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--evaluate",
      defaultValue = "250",
      paramLabel = "N",
      description = "Validate, show a sample and save every N steps (${DEFAULT-VALUE}).")
  private int every;

  @Option(
      names = "--patience",
      paramLabel = "N",
      description = "Stop after N evaluations without a better one, and keep the best weights.")
  private Integer patience;

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

  @Option(
      names = "--layers",
      paramLabel = "N",
      defaultValue = "6",
      description = "From scratch: blocks (${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--width",
      paramLabel = "N",
      defaultValue = "192",
      description = "From scratch (${DEFAULT-VALUE}).")
  private int width;

  @Option(
      names = "--heads",
      paramLabel = "N",
      defaultValue = "6",
      description = "From scratch (${DEFAULT-VALUE}).")
  private int heads;

  @Option(
      names = "--context",
      paramLabel = "N",
      defaultValue = "256",
      description = "From scratch (${DEFAULT-VALUE}).")
  private int context;

  @Option(
      names = "--vocabulary",
      paramLabel = "N",
      defaultValue = "4096",
      description =
          "From scratch: ranks of GPT-2's byte pairs and the end token (${DEFAULT-VALUE}).")
  private int vocabulary;

  @Option(names = "--resume", description = "Go on from the newest checkpoint in --out.")
  private boolean resume;

  @Mixin private DeviceOptions devices;
  @Mixin private JsonOption json;

  @Override
  public Integer call() throws IOException {
    try (Open open = open()) {
      train(open);
    } catch (IllegalArgumentException e) {
      throw Failure.user(e.getMessage(), e);
    }
    return Failure.OK;
  }

  /// What is trained, and how its text becomes ids.
  private record Open(Gpt2 model, Gpt2Tokenizer tokenizer, Device device) implements AutoCloseable {
    @Override
    public void close() {
      model.close();
    }
  }

  private Open open() throws IOException {
    Device device = devices.open();
    if (from == null) {
      Gpt2Config config = new Gpt2Config(vocabulary, context, width, layers, heads, 1e-5);
      Gpt2 model = Gpt2.create(config, device, DType.F32, seed);
      return new Open(model, Gpt2Tokenizer.first(vocabulary), device);
    }
    try (Gpt2Folder folder = Gpt2Folder.open(from)) {
      return new Open(folder.training(device), folder.tokenizer(), device);
    }
  }

  private void train(Open open) throws IOException {
    Gpt2 model = open.model();
    Gpt2Tokenizer tokenizer = open.tokenizer();
    int tokens = length == null ? model.config().context() : length;
    Corpus corpus = Corpus.read(data, tokenizer::encode, tokenizer.endOfText(), 0.02, seed);
    say(
        String.format(
            Locale.ROOT,
            "%,d parameters, %,d training tokens, %,d for validation, %s",
            model.config().parameterCount(),
            corpus.training().length,
            corpus.validation().length,
            open.device().description()));
    Noise noise = new Noise(seed);
    model.dropout(dropout, noise);
    AdamW optimizer = new AdamW(model.parameters(), 0.9, 0.95, 1e-8, decay);
    Schedule schedule = Schedule.cosine(rate, rate / 10, Math.max(1, steps / 20), steps);
    Objective objective =
        number -> {
          int[][] batch = Corpus.batch(corpus.training(), rows, tokens, seed, (int) number);
          return new Objective.Batch(model.loss(ids(open.device(), batch)), (long) rows * tokens);
        };
    Files.createDirectories(out);
    EarlyStopping stopping =
        patience == null ? null : new EarlyStopping(model.parameters(), patience, 0);
    Trainer trainer =
        new Trainer(model, optimizer, schedule, objective)
            .accumulate(accumulate)
            .clip(1)
            .noise(noise)
            .checkpoints(new Checkpoints(out.resolve("checkpoints"), 2), every)
            .listen(StepLog.csv(out.resolve("train.csv")))
            .listen(new ProgressLine())
            .listen(samples(open));
    int[][] windows =
        Corpus.windows(corpus.validation(), tokens, EVALUATION_ROWS * EVALUATION_BATCHES);
    if (windows.length >= EVALUATION_ROWS) {
      trainer.evaluate(validation(open, windows), windows.length / EVALUATION_ROWS, every);
      if (stopping != null) {
        trainer.stopEarly(stopping);
      }
    } else if (stopping != null) {
      throw Failure.user("--patience needs validation text, but --data is too short to spare some");
    }
    if (resume) {
      say(String.format(Locale.ROOT, "goes on after step %,d", trainer.resume()));
    }
    long began = System.nanoTime();
    Trainer.Result result = trainer.train(steps);
    Gpt2Folder.save(model, out, store);
    say(
        String.format(
            Locale.ROOT,
            "%s written to %s",
            result.stopped() ? "the best weights were" : "the model was",
            out));
    report(open, corpus, result, (System.nanoTime() - began) * 1e-9);
  }

  private static Objective validation(Open open, int[][] windows) {
    return number -> {
      int[][] batch = new int[EVALUATION_ROWS][];
      System.arraycopy(windows, (int) number * EVALUATION_ROWS, batch, 0, EVALUATION_ROWS);
      Tensor loss = open.model().loss(ids(open.device(), batch));
      return new Objective.Batch(loss, (long) EVALUATION_ROWS * (batch[0].length - 1));
    };
  }

  private static Tensor ids(Device device, int[][] rows) {
    int length = rows[0].length;
    int[] flat = new int[rows.length * length];
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(rows[r], 0, flat, r * length, length);
    }
    return Tensor.ids(device, Shape.of(rows.length, length), flat);
  }

  /// Prints the validation loss and a sample after each evaluation.
  private StepListener samples(Open open) {
    return new StepListener() {
      @Override
      public void step(StepReport report) {
        if (Double.isNaN(report.evaluation())) {
          return;
        }
        say(
            String.format(
                Locale.ROOT,
                "step %,d: loss %.4f, validation %.4f: %s",
                report.step(),
                report.loss(),
                report.evaluation(),
                sample(open).strip().replace('\n', ' ')));
      }
    };
  }

  private String sample(Open open) {
    try (Gpt2Inference model = Gpt2Inference.of(open.model(), DType.F32)) {
      SamplingOptions options = SamplingOptions.DEFAULT.withTemperature(0.8).withSeed(seed);
      return Sampling.sampleTokensWithCache(model, open.tokenizer(), prompt, options);
    }
  }

  private void report(Open open, Corpus corpus, Trainer.Result result, double seconds)
      throws IOException {
    double bitsPerByte = Double.NaN;
    double perplexity = Double.NaN;
    double ngram = Double.NaN;
    if (test != null) {
      String text = Corpus.text(test);
      int bytes = text.getBytes(StandardCharsets.UTF_8).length;
      int[] ids = open.tokenizer().encode(text);
      int end = open.tokenizer().endOfText();
      Gpt2Config config = open.model().config();
      Scoring.Result score =
          Scoring.score(open.model()::logits, open.device(), config.context(), end, ids);
      bitsPerByte = score.bitsPerByte(bytes);
      perplexity = score.perplexity();
      NgramModel baseline =
          NgramModel.train(new int[][] {corpus.training()}, config.vocabulary(), NGRAM_ORDER);
      int[] document = new int[ids.length + 1];
      document[0] = end;
      System.arraycopy(ids, 0, document, 1, ids.length);
      ngram = -baseline.logProbabilityOf(document, 1) / StrictMath.log(2) / bytes;
      say(
          String.format(
              Locale.ROOT,
              "%s: %.4f bits per byte, perplexity %.3f; a %d-gram model with back-off: %.4f bits"
                  + " per byte",
              test,
              bitsPerByte,
              perplexity,
              NGRAM_ORDER,
              ngram));
    }
    double[] figures = {bitsPerByte, perplexity, ngram};
    json.print(
        spec.commandLine().getOut(),
        line -> {
          line.writeNumberField("steps", result.steps());
          line.writeNumberField("loss", result.loss());
          if (test != null) {
            line.writeNumberField("bits_per_byte", figures[0]);
            line.writeNumberField("perplexity", figures[1]);
            line.writeNumberField("baseline_bits_per_byte", figures[2]);
          }
          line.writeNumberField("seconds", seconds);
        });
  }

  private void say(String line) {
    PrintWriter writer = spec.commandLine().getOut();
    writer.println(line);
    writer.flush();
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
