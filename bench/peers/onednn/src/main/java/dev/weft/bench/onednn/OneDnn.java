package dev.weft.bench.onednn;

import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.ProductWork;
import java.nio.file.Path;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;

/// Matrix products by oneDNN.
public final class OneDnn implements Engine {
  /// Found by the service loader.
  public static final class Provider implements Engine.Provider {
    @Override
    public Engine open(int threads, Path models) {
      return new OneDnn(threads);
    }
  }

  private final int threads; // OpenMP reads it from the environment
  private final engine cpu = new engine(engine.kind.cpu, 0);
  private final stream queue = new stream(cpu);

  private OneDnn(int threads) {
    this.threads = threads;
  }

  @Override
  public String description() {
    return "oneDNN on " + threads + " threads";
  }

  @Override
  public Product product(ProductWork work) {
    return new Matmul(work);
  }

  private final class Matmul implements Product {
    private static final int TRIES = 20;

    private final FloatPointer a;
    private final FloatPointer b;
    private final FloatPointer c;
    private final int size;
    private final Runnable product;

    Matmul(ProductWork work) {
      a = new FloatPointer(work.a());
      b = new FloatPointer(work.b());
      size = work.m() * work.n();
      c = new FloatPointer((long) size);
      memory.desc left = rows(work.m(), work.k());
      memory.desc right = rows(work.k(), work.n());
      memory.desc result = rows(work.m(), work.n());
      memory.desc any =
          new memory.desc(
              new long[] {work.k(), work.n()}, memory.data_type.f32, memory.format_tag.any);
      matmul.primitive_desc chosen = new matmul.primitive_desc(cpu, left, any, result);
      memory x = new memory(left, cpu, a);
      memory y = new memory(result, cpu, c);
      memory weight = new memory(right, cpu, b);
      memory packed = new memory(chosen.weights_desc(), cpu);
      reorder pack = new reorder(weight, packed);
      Runnable packing = () -> pack.execute(queue, weight, packed);
      Runnable ofPacked = multiply(chosen, x, packed, y);
      if (work.packed()) {
        packing.run();
        queue._wait();
        product = ofPacked;
      } else {
        matmul.primitive_desc asItIs = new matmul.primitive_desc(cpu, left, right, result);
        Runnable direct = multiply(asItIs, x, weight, y);
        Runnable both =
            () -> {
              packing.run();
              ofPacked.run();
            };
        product = nanoseconds(both) < nanoseconds(direct) ? both : direct;
      }
    }

    private Runnable multiply(matmul.primitive_desc plan, memory x, memory weight, memory y) {
      matmul primitive = new matmul(plan);
      IntMemoryMap arguments = new IntMemoryMap();
      arguments.put(dnnl.DNNL_ARG_SRC, x);
      arguments.put(dnnl.DNNL_ARG_WEIGHTS, weight);
      arguments.put(dnnl.DNNL_ARG_DST, y);
      return () -> primitive.execute(queue, arguments);
    }

    /// The least of some runs.
    private long nanoseconds(Runnable multiply) {
      long least = Long.MAX_VALUE;
      for (int i = 0; i < TRIES; i++) {
        long start = System.nanoTime();
        multiply.run();
        queue._wait();
        least = Math.min(least, System.nanoTime() - start);
      }
      return least;
    }

    private static memory.desc rows(int rows, int columns) {
      return new memory.desc(
          new long[] {rows, columns}, memory.data_type.f32, memory.format_tag.ab);
    }

    @Override
    public void run() {
      product.run();
      queue._wait();
    }

    @Override
    public float[] result() {
      float[] values = new float[size];
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
