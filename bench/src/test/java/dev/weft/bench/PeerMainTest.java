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

/// The program that measures a peer, with one that multiplies right unless the weight is packed.
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
      float[] c = new float[work.m() * work.n()];
      return new Product() {
        @Override
        public void run() {
          java.util.Arrays.fill(c, 0);
          for (int i = 0; i < work.m(); i++) {
            for (int k = 0; k < work.k(); k++) {
              float a = work.a()[i * work.k() + k];
              for (int j = 0; j < work.n(); j++) {
                c[i * work.n() + j] += a * work.b()[k * work.n() + j];
              }
            }
          }
          c[0] += work.m() == 8 ? 1 : 0;
        }

        @Override
        public float[] result() {
          return c;
        }
      };
    }
  }

  @Test
  void whatIsRightIsTimedAndWhatIsWrongIsTold(@TempDir Path folder) throws IOException {
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
    assertEquals(
        List.of("f32 packed 32x256x1024"), measured.rows().stream().map(Row::variant).toList());
    assertTrue(measured.rows().getFirst().value() > 0);
    assertEquals(1, measured.refused().size());
    String why = measured.refused().getFirst();
    assertTrue(why.startsWith("gemm f32 packed 8x768x3072: the peer is off by 1.0"), why);
  }
}
