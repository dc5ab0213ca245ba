package dev.weft.kernels.cuda;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jcuda.Pointer;

/// The memory through which arguments reach the driver: a row of slots and, for `kernelParams`, a
/// row of their addresses, both made once. A launch overwrites the slots; the driver has copied
/// them when it returns.
///
/// An argument is a [Tensor] or [Grad] (the address of its first element), null (a null pointer),
/// an `Integer`, `Long`, `Float`, `Double`, `Boolean` (an int, 0 or 1) or a [Walk].
final class Arguments {
  private static final int SLOTS = 40;
  private static final int SLOT = 512; // the largest structure

  private final MemorySegment slots = Arena.ofAuto().allocate((long) SLOTS * SLOT, 16);
  private final MemorySegment addresses = Arena.ofAuto().allocate((long) SLOTS * Long.BYTES, 8);

  /// What `cuLaunchKernel` takes.
  final Pointer parameters = Pointer.to(addresses.asByteBuffer());

  Arguments() {
    for (int i = 0; i < SLOTS; i++) {
      addresses.setAtIndex(ValueLayout.JAVA_LONG, i, slots.address() + (long) i * SLOT);
    }
  }

  /// Fills the slots.
  ///
  /// @throws IllegalStateException when count or sizes are not what the kernel takes
  void set(Signature signature, Object... arguments) {
    int[] sizes = signature.parameters();
    if (sizes.length != arguments.length) {
      throw new IllegalStateException(
          "cuda: kernel "
              + signature.name()
              + " takes "
              + sizes.length
              + " arguments but got "
              + arguments.length);
    }
    for (int i = 0; i < arguments.length; i++) {
      int bytes = put((long) i * SLOT, arguments[i]);
      if (bytes != sizes[i]) {
        throw new IllegalStateException(
            "cuda: kernel "
                + signature.name()
                + ": argument "
                + i
                + " ("
                + describe(arguments[i])
                + ") has "
                + bytes
                + " bytes but the kernel takes "
                + sizes[i]);
      }
    }
  }

  private int put(long at, Object argument) {
    return switch (argument) {
      case null -> putLong(at, 0);
      case Tensor tensor -> putLong(at, tensor.address());
      case Grad grad -> putLong(at, grad.tensor().address());
      case Long value -> putLong(at, value);
      case Integer value -> putInt(at, value);
      case Boolean value -> putInt(at, value ? 1 : 0);
      case Float value -> putInt(at, Float.floatToRawIntBits(value));
      case Double value -> putLong(at, Double.doubleToRawLongBits(value));
      case Walk walk -> {
        walk.write(slots, at);
        yield walk.bytes();
      }
      default ->
          throw new IllegalStateException("cuda: a " + argument.getClass() + " is no argument");
    };
  }

  private int putLong(long at, long value) {
    slots.set(ValueLayout.JAVA_LONG, at, value);
    return Long.BYTES;
  }

  private int putInt(long at, int value) {
    slots.set(ValueLayout.JAVA_INT, at, value);
    return Integer.BYTES;
  }

  /// Shapes of tensors and values of scalars, for error texts.
  static String describe(Object argument) {
    return switch (argument) {
      case null -> "none";
      case Tensor tensor -> tensor.dtype() + " " + tensor.shape();
      case Grad grad -> describe(grad.tensor()) + (grad.accumulate() ? " +=" : "");
      default -> argument.toString();
    };
  }
}
