package dev.weft.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.bench.engine.Engine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program that measures a peer, with one whose results are wrong.
final class PeerMainTest {
  /// Found by the service loader.
  public static final class Provider implements Engine.Provider {
    @Override
    public Engine open(int threads, Path models) {
      return new WrongEngine(0);
    }
  }

  @Test
  void whatIsWrongIsTold(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("rows.json");
    InputStream in = System.in;
    System.setIn(new ByteArrayInputStream("\n\n".getBytes(StandardCharsets.US_ASCII)));
    try {
      assertEquals(
          0,
          Main.line(new PeerMain())
              .execute(
                  "gemm",
                  "limits", // which is not for peers
                  "--threads=1",
                  "--models=" + folder,
                  "--only=packed (8x768|32x256)",
                  "--rows=" + file));
    } finally {
      System.setIn(in);
    }
    Measured measured = Measured.read(file);
    assertEquals(List.of(), measured.rows());
    List<String> why = measured.refused();
    assertEquals(2, why.size());
    assertTrue(why.get(0).startsWith("gemm f32 packed 8x768x3072: the peer is off by"), why.get(0));
    assertTrue(why.get(1).startsWith("gemm f32 packed 32x256x1024: the peer is off"), why.get(1));
  }
}
