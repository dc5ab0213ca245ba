package dev.weft.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.ProductWork;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program that measures a peer, with one that gives zeros for eight rows and does nothing
/// else.
final class PeerMainTest {
  /// Found by the service loader.
  public static final class Provider implements Engine.Provider {
    @Override
    public Engine open(int threads, Path models) {
      return new Careless();
    }
  }

  private static final class Careless implements Engine {
    @Override
    public String description() {
      return "careless";
    }

    @Override
    public Product product(ProductWork work) {
      if (work.m() != 8) {
        return null;
      }
      return new Product() {
        @Override
        public void run() {}

        @Override
        public float[] result() {
          return new float[work.m() * work.n()];
        }
      };
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
    assertEquals(1, measured.refused().size());
    String why = measured.refused().getFirst();
    assertTrue(why.startsWith("gemm f32 packed 8x768x3072: the peer is off by"), why);
  }
}
