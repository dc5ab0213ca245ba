package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HalvesTest {
  @Test
  void everyBfloat16SurvivesTheWayThroughFloat() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float wide = Halves.fromBf16((short) bits);
      short back = Halves.toBf16(wide);
      if (Float.isNaN(wide)) {
        assertTrue(Float.isNaN(Halves.fromBf16(back)));
      } else {
        assertEquals((short) bits, back);
      }
    }
  }

  @Test
  void everyFloatGoesToTheNearestTiesToEven() {
    for (int bits = 0; bits < 0xff7f; bits++) {
      float low = Halves.fromBf16((short) bits);
      float high = Halves.fromBf16((short) (bits + 1));
      if (!Float.isFinite(low) || !Float.isFinite(high)) {
        continue;
      }
      int middle = (bits << 16) + 0x8000;
      short even = (short) ((bits & 1) == 0 ? bits : bits + 1);
      assertEquals((short) bits, Halves.toBf16(Float.intBitsToFloat(middle - 1)));
      assertEquals(even, Halves.toBf16(Float.intBitsToFloat(middle)));
      assertEquals((short) (bits + 1), Halves.toBf16(Float.intBitsToFloat(middle + 1)));
    }
  }

  @Test
  void whatIsTooLargeBecomesInfinite() {
    assertEquals(Float.POSITIVE_INFINITY, Halves.fromBf16(Halves.toBf16(Float.MAX_VALUE)));
    assertEquals(Float.NEGATIVE_INFINITY, Halves.fromBf16(Halves.toBf16(-Float.MAX_VALUE)));
    assertEquals(Float.NEGATIVE_INFINITY, Halves.fromBf16(Halves.toBf16(Float.NEGATIVE_INFINITY)));
  }

  @Test
  void nanStaysNanWhateverItsPayload() {
    for (int payload : new int[] {0x7f800001, 0x7fffffff, 0xff800001, 0xffffffff, 0x7fc00000}) {
      assertTrue(Float.isNaN(Halves.fromBf16(Halves.toBf16(Float.intBitsToFloat(payload)))));
    }
  }

  @Test
  void tensorsOfBothHalfTypesReadBackWhatTheyHold() {
    long before = Devices.reference().stats().liveBytes();
    try (Scope _ = new Scope()) {
      float[] values = {0, -0f, 1, -2.5f, 65504, Float.NEGATIVE_INFINITY};
      for (DType dtype : new DType[] {DType.BF16, DType.F16}) {
        Tensor x = Tensor.empty(Devices.reference(), dtype, Shape.of(6)).set(values);
        float[] back = x.cast(DType.F32).toFloats();
        for (int i = 0; i < values.length; i++) {
          float wanted =
              dtype == DType.BF16 ? Halves.fromBf16(Halves.toBf16(values[i])) : values[i];
          assertEquals(wanted, back[i]);
        }
      }
    }
    assertEquals(before, Devices.reference().stats().liveBytes());
  }
}
