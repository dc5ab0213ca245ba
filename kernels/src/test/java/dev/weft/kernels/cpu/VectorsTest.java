package dev.weft.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.FieldRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class VectorsTest {
  /// [Vectors] chooses; [DrawLoops] reads half a vector of floats, but only loads and converts it,
  /// which was measured to leave products as fast.
  private static final Set<String> ALLOWED = Set.of("Vectors", "DrawLoops");

  @Test
  @DisplayName("vectors of floats have one width: with a second the JIT's profiles are ambiguous")
  void floatsHaveOneWidth() throws Exception {
    Path classes =
        Path.of(Vectors.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .resolve("dev/weft/kernels/cpu");
    Set<String> found = new TreeSet<>();
    int read = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(classes, "*.class")) {
      for (Path file : files) {
        read++;
        for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
          if (entry instanceof FieldRefEntry field
              && field.owner().asInternalName().equals("jdk/incubator/vector/FloatVector")
              && field.name().stringValue().startsWith("SPECIES_")) {
            found.add(file.getFileName().toString().replace(".class", ""));
          }
        }
      }
    }
    assertTrue(read > 50, read + " classes");
    assertEquals(new TreeSet<>(ALLOWED), found);
  }
}
