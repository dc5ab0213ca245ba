package dev.weft.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Readout;
import dev.weft.nn.OnDevices;
import dev.weft.tensor.DType;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Readouts of a session's logits, which a device may have recorded.
class Gpt2ReadoutTest extends OnDevices {
  private static final Gpt2Config CONFIG = new Gpt2Config(509, 120, 24, 1, 2, 1e-5);

  private Gpt2Inference model;

  @BeforeEach
  void openModel() {
    model = SmallModel.inference(device, CONFIG, DType.F32);
  }

  @AfterEach
  void closeModel() {
    model.close();
  }

  /// Copies the logits to where it has room for them.
  private final class Copy extends Owner implements Readout {
    private final Tensor read;
    private int calls;
    private int failing = -1;

    Copy(int rows) {
      super("copy");
      read = empty(device, DType.F32, Shape.of(rows, CONFIG.vocabulary()));
    }

    /// Makes its call number `call` fail, from 1.
    Copy failing(int call) {
      failing = call;
      return this;
    }

    @Override
    public void run(Tensor logits) {
      if (++calls == failing) {
        throw new ArithmeticException("made to fail");
      }
      device.kernels().copy(Grad.into(read), logits);
    }
  }

  @Test
  void eachStepIsReadByItsOwnReadout() {
    try (LanguageModel.Session session = model.open(2);
        LanguageModel.Session plain = model.open(2);
        Copy one = new Copy(2);
        Copy other = new Copy(2)) {
      int[][] prompts = {{3, 1, 4}, {1}};
      session.feed(prompts, one);
      assertArrayEquals(plain.feed(prompts).toFloats(), one.read.toFloats());
      Copy[] order = {one, one, one, one, other, one, other, other, null, other, other, other};
      for (int step = 0; step < order.length; step++) {
        if (step == 3) {
          session.reorder(new int[] {1, 0});
          plain.reorder(new int[] {1, 0});
        }
        int[][] tokens = {{step}, {step + 7}};
        Copy copy = order[step];
        float[] logits = session.feed(tokens, copy == null ? Readout.NONE : copy).toFloats();
        assertArrayEquals(plain.feed(tokens).toFloats(), logits, "step " + step);
        if (copy != null) {
          assertArrayEquals(logits, copy.read.toFloats(), "step " + step);
        }
      }
    }
  }

  @Test
  @DisplayName("S1-60: a readout that fails is a failed step, run or recorded")
  void aFailingReadoutIsAFailedStep() {
    for (int call = 1; call <= 3; call++) { // of the prompt, of a step, of a step that is recorded
      try (LanguageModel.Session session = model.open(1);
          LanguageModel.Session same = model.open(1);
          Copy copy = new Copy(1).failing(call)) {
        int[][][] fed = {{{1, 2, 3}}, {{4}}, {{5}}, {{6}}, {{7}}, {{8}}};
        for (int step = 0; step < fed.length; step++) {
          int[][] tokens = fed[step];
          if (step == call - 1) {
            int held = session.position(0);
            assertThrows(ArithmeticException.class, () -> session.feed(tokens, copy));
            assertEquals(held, session.position(0));
            assertThrows(IllegalStateException.class, () -> session.feed(tokens, copy));
            session.truncate(held);
          }
          session.feed(tokens, copy);
          assertArrayEquals(same.feed(tokens).toFloats(), copy.read.toFloats());
        }
      }
    }
  }
}
