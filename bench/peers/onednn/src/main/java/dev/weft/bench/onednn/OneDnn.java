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
    private final FloatPointer a;
    private final FloatPointer b;
    private final FloatPointer c;
    private final int size;
    private final matmul product;
    private final IntMemoryMap arguments = new IntMemoryMap();

    Matmul(ProductWork work) {
      a = new FloatPointer(work.a());
      b = new FloatPointer(work.b());
      size = work.m() * work.n();
      c = new FloatPointer((long) size);
      memory.desc left = rows(work.m(), work.k());
      memory.desc right = rows(work.k(), work.n());
      memory.desc result = rows(work.m(), work.n());
      memory.desc chosen =
          work.packed()
              ? new memory.desc(
                  new long[] {work.k(), work.n()}, memory.data_type.f32, memory.format_tag.any)
              : right;
      matmul.primitive_desc plan = new matmul.primitive_desc(cpu, left, chosen, result);
      product = new matmul(plan);
      memory weight = new memory(right, cpu, b);
      if (work.packed()) {
        memory packed = new memory(plan.weights_desc(), cpu);
        new reorder(weight, packed).execute(queue, weight, packed);
        queue._wait();
        weight = packed;
      }
      arguments.put(dnnl.DNNL_ARG_SRC, new memory(left, cpu, a));
      arguments.put(dnnl.DNNL_ARG_WEIGHTS, weight);
      arguments.put(dnnl.DNNL_ARG_DST, new memory(result, cpu, c));
    }

    private static memory.desc rows(int rows, int columns) {
      return new memory.desc(
          new long[] {rows, columns}, memory.data_type.f32, memory.format_tag.ab);
    }

    @Override
    public void run() {
      product.execute(queue, arguments);
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
