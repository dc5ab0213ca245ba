package dev.weft.gpt2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The model that ships with Weft, on the beginning of the text that it never saw.
final class TinyTest {
  private static final int CHARACTERS = 30_000;

  /// Of these characters, when it was trained. Of the whole text it was 2.0127, and 2.1003 of a
  /// 4-gram model.
  private static final double BITS_PER_BYTE = 2.0677;

  private final Device device = Devices.require("cpu");

  @Test
  void itsHeldOutLossIsThatOfItsTraining() throws IOException {
    String text = heldOut();
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    double bits = score(DType.F32, text).bitsPerByte(bytes);
    assertTrue(bits <= BITS_PER_BYTE, bits + " bits per byte");
  }

  @Test
  void int8AgreesWithWhatIsShipped() throws IOException {
    String text = heldOut();
    Scoring.Result shipped = score(DType.F32, text);
    Scoring.Result int8 = score(DType.I8, text);
    double ratio = int8.perplexity() / shipped.perplexity();
    assertTrue(ratio <= 1.01, "perplexity grows " + ratio + " times");
    double agreement = int8.agreement(shipped);
    assertTrue(agreement >= 0.98, "top-1 agreement " + agreement);
  }

  @Test
  void bf16PacksKeepEveryBitOfTheShippedWeights() throws IOException {
    String text = heldOut().substring(0, 2000);
    assertEquals(score(DType.F32, text).total(), score(DType.BF16, text).total());
  }

  private Scoring.Result score(DType weightType, String text) throws IOException {
    try (Gpt2Folder folder = Gpt2Folder.open(tiny());
        Gpt2Inference model = folder.inference(device, weightType)) {
      Gpt2Tokenizer tokenizer = folder.tokenizer();
      int context = folder.config().context();
      return Scoring.score(
          model::logits, device, context, tokenizer.endOfText(), tokenizer.encode(text));
    }
  }

  private static Path tiny() {
    return resource("tiny/config.json").getParent();
  }

  private static String heldOut() throws IOException {
    return Corpus.text(resource("moby-dick-held-out.txt")).substring(0, CHARACTERS);
  }

  private static Path resource(String name) {
    try {
      return Path.of(Gpt2.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(name, e);
    }
  }
}
