package dev.weft.tensor;

import java.util.ArrayList;
import java.util.List;

/// One kernel on tensors of certain shapes and contents: what the device-parity test compares and a
/// benchmark may time. The same case on two devices gets the same numbers.
///
/// @param kernel the method of [Kernels]
/// @param what shapes and variant, for messages
/// @param flops floating-point operations of one call, about
/// @param bytes bytes that one call has to read and write at least
/// @param body makes the tensors and says how to call the kernel
public record OpCase(String kernel, String what, long flops, long bytes, Body body) {
  /// Makes the tensors of a case.
  @FunctionalInterface
  public interface Body {
    /// Makes inputs and outputs with `tensors`; the result calls the kernel once.
    Call prepare(Tensors tensors);
  }

  /// One call of the kernel.
  @FunctionalInterface
  public interface Call {
    /// Runs the kernel on the tensors that were prepared.
    void run(Kernels kernels);
  }

  /// Every case there is.
  public static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    ElementwiseCases.addTo(cases);
    ReductionCases.addTo(cases);
    SamplingCases.addTo(cases);
    ProductCases.addTo(cases);
    TableCases.addTo(cases);
    LossCases.addTo(cases);
    NormCases.addTo(cases);
    AttentionCases.addTo(cases);
    RecurrentCases.addTo(cases);
    OptimizerCases.addTo(cases);
    return cases;
  }

  @Override
  public String toString() {
    return kernel + " " + what;
  }
}
