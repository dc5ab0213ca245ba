package dev.weft.examples.tutorial;

import dev.weft.decoding.Continuation;
import dev.weft.decoding.Generator;
import dev.weft.decoding.Replay;
import dev.weft.decoding.Sampler;
import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.nn.optim.AdamW;
import dev.weft.nn.optim.Clip;
import dev.weft.nn.optim.Schedule;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// A tiny GPT-2 that learns a poem letter by letter, and writes with a KV cache.
public final class TinyGpt2 {
  private static final int STEPS = 300;
  private static final int BATCH = 8;
  private static final int LENGTH = 32;

  private TinyGpt2() {}

  // region text
  // Lewis Carroll, 1871.
  private static final String POEM =
      """
      'Twas brillig, and the slithy toves
      Did gyre and gimble in the wabe:
      All mimsy were the borogoves,
      And the mome raths outgrabe.

      "Beware the Jabberwock, my son!
      The jaws that bite, the claws that catch!
      Beware the Jubjub bird, and shun
      The frumious Bandersnatch!"

      He took his vorpal sword in hand;
      Long time the manxome foe he sought —
      So rested he by the Tumtum tree
      And stood awhile in thought.

      And, as in uffish thought he stood,
      The Jabberwock, with eyes of flame,
      Came whiffling through the tulgey wood,
      And burbled as it came!

      One, two! One, two! And through and through
      The vorpal blade went snicker-snack!
      He left it dead, and with its head
      He went galumphing back.
      """;

  private static final int[] LETTERS = POEM.chars().distinct().sorted().toArray();

  private static int[] encode(String text) {
    return text.chars().map(letter -> Arrays.binarySearch(LETTERS, letter)).toArray();
  }

  private static String decode(int[] ids) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append((char) LETTERS[id]);
    }
    return text.toString();
  }

  // endregion

  // region batch
  /// BATCH pieces of LENGTH letters and the one that follows, from random places.
  private static Tensor batch(Device device, int[] ids, int step) {
    var random = new Philox(1, Philox.Purpose.SHUFFLE, step, 0);
    int[] pieces = new int[BATCH * (LENGTH + 1)];
    for (int b = 0; b < BATCH; b++) {
      int from = random.nextInt(ids.length - LENGTH);
      System.arraycopy(ids, from, pieces, b * (LENGTH + 1), LENGTH + 1);
    }
    return Tensor.ids(device, Shape.of(BATCH, LENGTH + 1), pieces);
  }

  // endregion

  // region train
  private static void train(Gpt2 model) {
    int[] ids = encode(POEM);
    AdamW optimizer = new AdamW(model.parameters());
    Schedule schedule = Schedule.cosine(3e-3, 3e-4, 20, STEPS);
    for (int step = 0; step < STEPS; step++) {
      model.parameters().zeroGrad();
      try (Tape tape = new Tape()) {
        Tensor pieces = batch(model.parameters().device(), ids, step);
        Tensor loss = model.loss(pieces);
        tape.backward(loss);
        Clip.globalNorm(model.parameters(), 1);
        optimizer.step(schedule.at(step));
        if (step % 100 == 0 || step == STEPS - 1) {
          System.out.printf("step %3d  loss %.3f%n", step, loss.item());
        }
      }
    }
  }

  // endregion

  // region write
  private static void write(Gpt2 model) {
    try (Gpt2Inference writer = Gpt2Inference.of(model, DType.F32)) {
      int[] prompt = encode("The Jabberwock");
      Generator generator = new Generator(Sampler.of(0.7, 0, 0, 0.9), 3, 80);
      Continuation cached = generator.generate(writer, prompt);
      System.out.println(decode(cached.ids()));

      Continuation uncached = generator.generate(new Replay(writer), prompt);
      System.out.println(
          "the same without a cache: " + Arrays.equals(cached.ids(), uncached.ids()));
    }
  }

  // endregion

  /// Prints to the console.
  public static void main(String[] args) {
    // region model
    Device device = Devices.best();
    Gpt2Config config = new Gpt2Config(LETTERS.length, 128, 48, 2, 4, 1e-5);
    try (Gpt2 model = Gpt2.create(config, device, DType.F32, 1)) {
      System.out.println(model.parameters().count() + " weights");
      train(model);
      write(model);
    }
    // endregion
  }
}
