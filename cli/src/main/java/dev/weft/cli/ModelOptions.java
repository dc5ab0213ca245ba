package dev.weft.cli;

import dev.weft.tensor.Device;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Which model, in which precision, where.
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "tiny|DIR",
      defaultValue = WeightOptions.TINY,
      description =
          "The model that comes with Weft, or a folder: a GPT-2 in Hugging Face's layout, as"
              + " `weft download` leaves it, or a recurrent model of `weft train lm`"
              + " (default: ${DEFAULT-VALUE}).")
  private String name;

  @Mixin private WeightOptions weights;

  /// The device, opened.
  Device device() {
    return weights.device();
  }

  /// Opens the model; the caller closes it.
  OpenModel open() {
    return weights.open(name);
  }
}
