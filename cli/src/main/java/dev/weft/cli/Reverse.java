package dev.weft.cli;

import dev.weft.rnn.EncoderDecoder;
import dev.weft.rnn.EncoderDecoderFolder;
import dev.weft.rnn.PaddedBatch;
import dev.weft.rnn.Vocabulary;
import dev.weft.tensor.DType;
import dev.weft.tensor.ParameterSet;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `weft reverse`: words backwards, by the model of `weft train seq2seq`.
@Command(
    name = "reverse",
    description = {
      "Write words backwards with a model of `weft train seq2seq`.",
      "",
      "One word on each line. What the model wrote is printed, right or wrong: it knows words like"
          + " those it was trained on."
    })
final class Reverse implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "WORD", arity = "1..*", description = "What to write backwards.")
  private List<String> words;

  @Option(
      names = "--model",
      defaultValue = TrainSeq2seq.FOLDER,
      paramLabel = "DIR",
      description = "What `weft train seq2seq --out DIR` left (${DEFAULT-VALUE}).")
  private Path folder;

  @Mixin private DeviceOptions devices;
  @Mixin private JsonOption json;

  @Override
  public Integer call() throws IOException {
    try (ParameterSet set = new ParameterSet("seq2seq", devices.open(), DType.F32)) {
      EncoderDecoderFolder saved = EncoderDecoderFolder.open(folder);
      List<String> written = written(saved, saved.model(set));
      PrintWriter out = spec.commandLine().getOut();
      written.forEach(out::println);
      out.flush();
      json.print(
          out,
          line -> {
            line.writeArrayFieldStart("reversed");
            for (String word : written) {
              line.writeString(word);
            }
            line.writeEndArray();
          });
      return Failure.OK;
    } catch (IllegalArgumentException e) {
      throw Failure.user(
          "--model cannot be used: " + e.getMessage() + OutFolder.remedy("seq2seq", folder), e);
    } catch (IOException e) {
      throw Failure.user("--model " + folder + " cannot be used: " + Reasons.of(e), e);
    }
  }

  private List<String> written(EncoderDecoderFolder saved, EncoderDecoder model) {
    int[][] ids = new int[words.size()][];
    for (int i = 0; i < ids.length; i++) {
      String word = words.get(i);
      ids[i] = saved.source().ids(word);
      if (ids[i].length == 0 || Arrays.stream(ids[i]).anyMatch(id -> id == Vocabulary.UNK)) {
        throw Failure.user("'" + word + "' is no word of the model's letters, " + letters(saved));
      }
    }
    int longest = Arrays.stream(ids).mapToInt(row -> row.length).max().orElse(0);
    return saved.target().texts(model.generate(PaddedBatch.of(ids), 2 * longest + 1));
  }

  private static String letters(EncoderDecoderFolder saved) {
    List<String> symbols = saved.source().vocabulary().symbols();
    return symbols.getFirst() + " to " + symbols.getLast();
  }
}
