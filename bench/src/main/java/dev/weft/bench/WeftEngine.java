package dev.weft.bench;

import dev.weft.bench.engine.DrawWork;
import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.Gpt2TrainingWork;
import dev.weft.bench.engine.Models;
import dev.weft.bench.engine.ProductWork;
import dev.weft.bench.engine.RecurrentWork;
import dev.weft.gpt2.Gpt2Folder;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.tensor.Activation;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;
import java.io.IOException;
import java.util.Map;

/// Weft on one of its devices.
final class WeftEngine implements Engine {
  /// Types of weights by the name that variants begin with.
  static final Map<String, DType> DTYPES =
      Map.of("f32", DType.F32, "bf16", DType.BF16, "int8", DType.I8);

  private final Device device;
  private final Models models;

  WeftEngine(Device device, Models models) {
    this.device = device;
    this.models = models;
  }

  Device device() {
    return device;
  }

  Models models() {
    return models;
  }

  @Override
  public String description() {
    return device.description();
  }

  @Override
  public Product product(ProductWork work) {
    return new WeftProduct(device, work);
  }

  @Override
  public TextModel textModel(String dtype, int rows) throws IOException {
    return new WeftText(gpt2(dtype), rows);
  }

  /// GPT-2 124M with weights of a type.
  Gpt2Inference gpt2(String dtype) throws IOException {
    try (Gpt2Folder folder = Gpt2Folder.open(models.ensureGpt2())) {
      return folder.inference(device, DTYPES.get(dtype));
    }
  }

  @Override
  public Training train(Gpt2TrainingWork work) throws IOException {
    try (Gpt2Folder folder = Gpt2Folder.open(models.ensureGpt2())) {
      return new WeftGpt2Training(folder.training(device), work);
    }
  }

  @Override
  public Training train(RecurrentWork work) throws IOException {
    return new WeftRecurrentTraining(device, work, models.ensureRecurrent(work));
  }

  @Override
  public Drawing draw(DrawWork work) {
    return work.kind() == DrawWork.Kind.BEAM
        ? new WeftBeamSteps(device, work)
        : new WeftDraws(device, work);
  }

  private static final class WeftProduct implements Product {
    private final Owner owner = new Owner("bench");
    private final Device device;
    private final Tensor a;
    private final Tensor b;
    private final Tensor c;
    private final Weight weight; // null: b as it is

    WeftProduct(Device device, ProductWork work) {
      this.device = device;
      a = owner.empty(device, DType.F32, Shape.of(work.m(), work.k())).set(work.a());
      b = owner.empty(device, DType.F32, Shape.of(work.k(), work.n())).set(work.b());
      c = owner.empty(device, DType.F32, Shape.of(work.m(), work.n()));
      weight = work.packed() ? Weight.pack(b, DType.F32, owner) : null;
    }

    @Override
    public void run() {
      if (weight == null) {
        device.kernels().matmul(Grad.into(c), a, b);
      } else {
        device.kernels().linear(c, a, weight, null, Activation.NONE, null);
      }
      device.synchronize();
    }

    @Override
    public float[] result() {
      return c.toFloats();
    }

    @Override
    public void close() {
      owner.close();
    }
  }
}
