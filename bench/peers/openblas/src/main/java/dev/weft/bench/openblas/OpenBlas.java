package dev.weft.bench.openblas;

import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.ProductWork;
import java.nio.file.Path;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;

/// Matrix products by OpenBLAS.
public final class OpenBlas implements Engine {
  /// Found by the service loader.
  public static final class Provider implements Engine.Provider {
    @Override
    public Engine open(int threads, Path models) {
      openblas.blas_set_num_threads(threads);
      return new OpenBlas(threads);
    }
  }

  private final int threads;

  private OpenBlas(int threads) {
    this.threads = threads;
  }

  @Override
  public String description() {
    return "OpenBLAS on " + threads + " threads";
  }

  @Override
  public Product product(ProductWork work) {
    return new Sgemm(work);
  }

  private static final class Sgemm implements Product {
    private final ProductWork work;
    private final FloatPointer a;
    private final FloatPointer b;
    private final FloatPointer c;

    Sgemm(ProductWork work) {
      this.work = work;
      a = new FloatPointer(work.a());
      b = new FloatPointer(work.b());
      c = new FloatPointer((long) work.m() * work.n());
    }

    @Override
    public void run() {
      openblas.cblas_sgemm(
          openblas.CblasRowMajor,
          openblas.CblasNoTrans,
          openblas.CblasNoTrans,
          work.m(),
          work.n(),
          work.k(),
          1,
          a,
          work.k(),
          b,
          work.n(),
          0,
          c,
          work.n());
    }

    @Override
    public float[] result() {
      float[] values = new float[work.m() * work.n()];
      c.get(values);
      return values;
    }

    @Override
    public void close() {
      a.close();
      b.close();
      c.close();
    }
  }
}
