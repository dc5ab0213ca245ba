package dev.weft.cli;

import dev.weft.nn.io.ModelFolder;
import dev.weft.rnn.ModelKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The folder of a recurrent model, where one is trained.
final class OutFolder {
  private OutFolder() {}

  /// Makes it where there is none. An earlier model of the same kind may be replaced; no other.
  static void make(Path out, ModelKind kind) {
    try {
      Files.createDirectories(out);
      if (hasModel(out) && !ModelKind.of(out).equals(Optional.of(kind))) {
        throw Failure.user(
            "--out " + out + " holds another model than a " + kind + ": choose another folder");
      }
    } catch (IOException e) {
      throw Failure.user("--out " + out + " cannot be used: " + Reasons.of(e), e);
    }
  }

  /// For the end of an error: the command that trains the model that is missing; empty where the
  /// folder holds one, which that command would replace.
  ///
  /// @param task what `weft train` is told
  static String remedy(String task, Path folder) {
    return hasModel(folder)
        ? ""
        : "; `weft train " + task + " --out " + folder + "` trains a model there";
  }

  private static boolean hasModel(Path folder) {
    return Files.exists(folder.resolve(ModelFolder.CONFIG));
  }
}
