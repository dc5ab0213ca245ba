package dev.weft.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// All weights of a model in one flat buffer, all gradients in another: zero, norm, clip, an
/// optimizer step and save are one pass each. Declare with [#add], then [#allocate] once.
///
/// The flat buffer holds the decayed parameters first, then the plain ones, then the buffers; each
/// starts at a multiple of 16 elements, and the gaps stay zero.
public final class ParameterSet implements AutoCloseable {
  private static final int ALIGN = 16;

  private final Device device;
  private final DType dtype;
  private final Owner owner;
  private final Map<String, Parameter> byName = new LinkedHashMap<>();
  private Tensor values;
  private Tensor gradients;
  private long decayed; // elements of the decayed region
  private long trained; // elements of the decayed and the plain region
  private long version;
  private long buffersVersion;

  /// An empty set; `dtype` is F32, or F64 on the reference device.
  public ParameterSet(String name, Device device, DType dtype) {
    if (!dtype.computes() || !device.supports(dtype)) {
      throw new IllegalArgumentException(
          "parameters " + name + ": " + dtype + " on " + device.name() + " cannot be trained");
    }
    this.device = device;
    this.dtype = dtype;
    this.owner = new Owner(name);
  }

  /// Declares a trained parameter: decayed when its rank is 2 or more.
  public Parameter add(String name, Shape shape, Initializer initializer) {
    Parameter.Kind kind = shape.rank() >= 2 ? Parameter.Kind.DECAYED : Parameter.Kind.PLAIN;
    return add(name, shape, kind, initializer);
  }

  /// Declares a parameter of a given kind.
  public Parameter add(String name, Shape shape, Parameter.Kind kind, Initializer initializer) {
    if (values != null) {
      throw new IllegalStateException("parameter " + name + ": the set is allocated already");
    }
    Parameter parameter = new Parameter(this, name, shape, kind, initializer);
    if (byName.putIfAbsent(name, parameter) != null) {
      throw new IllegalArgumentException("parameter " + name + ": the name is taken");
    }
    return parameter;
  }

  /// Allocates the values and runs the initialisers; parameter number i draws from sequence i.
  public ParameterSet allocate(long seed) {
    allocate();
    // Layers repeat, so this makes no garbage as large as the model.
    Map<Integer, float[]> bySize = new HashMap<>();
    int index = 0;
    for (Parameter parameter : byName.values()) {
      int size = Math.toIntExact(parameter.shape().size());
      float[] initial = bySize.computeIfAbsent(size, float[]::new);
      Arrays.fill(initial, 0);
      var random = new Philox(seed, Philox.Purpose.INITIALISATION, 0, index++);
      parameter.initializer().fill(initial, parameter.shape(), random);
      parameter.tensor().set(initial);
    }
    return this;
  }

  /// Allocates the values as zeros, to be loaded from a file.
  public ParameterSet allocate() {
    if (values != null) {
      throw new IllegalStateException("parameters " + owner.name() + ": allocated already");
    }
    long size = 0;
    for (Parameter.Kind kind : Parameter.Kind.values()) {
      for (Parameter parameter : byName.values()) {
        if (parameter.kind() == kind) {
          parameter.offset = size;
          size += Math.ceilDiv(parameter.shape().size(), ALIGN) * ALIGN;
        }
      }
      switch (kind) {
        case DECAYED -> decayed = size;
        case PLAIN -> trained = size;
        case BUFFER -> {}
      }
    }
    if (size > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "parameters "
              + owner.name()
              + ": they are "
              + size
              + " numbers, more than the "
              + Integer.MAX_VALUE
              + " that one set holds; make the model smaller");
    }
    values = owner.zeros(device, dtype, Shape.of((int) size));
    values.block().parameters = this;
    for (Parameter parameter : byName.values()) {
      parameter.tensor = values.cut(parameter.shape(), parameter.offset);
      if (parameter.kind() != Parameter.Kind.BUFFER) {
        parameter.tensor.track(null);
        parameter.tensor.retainGradient();
        parameter.tensor.parameterSet(this);
      }
    }
    return this;
  }

  /// The parameter of this name; throws, listing near names, when there is none.
  public Parameter get(String name) {
    Parameter parameter = byName.get(name);
    if (parameter == null) {
      throw new IllegalArgumentException(
          "parameters: no " + name + "; there are " + byName.keySet());
    }
    return parameter;
  }

  /// All parameters in order of declaration, buffers included.
  public List<Parameter> all() {
    return Collections.unmodifiableList(new ArrayList<>(byName.values()));
  }

  /// Number of trained scalars, gaps not counted.
  public long count() {
    long count = 0;
    for (Parameter parameter : byName.values()) {
      count += parameter.kind() == Parameter.Kind.BUFFER ? 0 : parameter.shape().size();
    }
    return count;
  }

  /// The trained values, flat: decayed first, then plain.
  public Tensor values() {
    return range(requireAllocated(), 0, trained);
  }

  /// All values, flat: decayed, plain, then the buffers.
  public Tensor valuesAndBuffers() {
    return requireAllocated().detach();
  }

  /// The gradients, flat, laid out as [#values()]; made at the first call. What no backward has
  /// written since [#zeroGrad] is zero.
  public Tensor gradients() {
    zeroStaleGradients();
    return gradients;
  }

  /// Makes the gradients if they are not there; those of an earlier step may still stand in them.
  void requireGradients() {
    if (gradients == null) {
      requireAllocated();
      gradients = owner.zeros(device, dtype, Shape.of(Math.toIntExact(trained)));
      for (Parameter parameter : byName.values()) {
        if (parameter.kind() != Parameter.Kind.BUFFER) {
          parameter.tensor.gradient(gradients.cut(parameter.shape(), parameter.offset));
        }
      }
    }
  }

  /// Another flat buffer like [#values()], of zeros, owned by the set: an optimizer's moments.
  public Tensor moments() {
    requireAllocated();
    return owner.zeros(device, dtype, Shape.of(Math.toIntExact(trained)));
  }

  /// Elements at the start of the flat buffers that are decayed; the rest, up to the end, is plain.
  public long decayedSize() {
    return decayed;
  }

  /// Elements of the flat buffers.
  public long flatSize() {
    return trained;
  }

  /// Where a parameter starts in the flat buffers, in elements.
  public long offset(Parameter parameter) {
    return parameter.offset;
  }

  /// Elements [from, to) of a flat buffer.
  public static Tensor range(Tensor flat, long from, long to) {
    return flat.cut(Shape.of(Math.toIntExact(to - from)), from);
  }

  /// Marks all gradients stale: the next backward overwrites them.
  public void zeroGrad() {
    requireGradients();
    for (Parameter parameter : byName.values()) {
      parameter.tensor.gradientWritten(false);
    }
  }

  void zeroStaleGradients() {
    requireGradients();
    for (Parameter parameter : byName.values()) {
      if (parameter.kind() != Parameter.Kind.BUFFER && !parameter.tensor.gradientWritten()) {
        device.kernels().fill(parameter.tensor.gradient(), 0);
        parameter.tensor.gradientWritten(true);
      }
    }
  }

  /// Goes up whenever trained values change: packs made of an older version refuse to be used.
  public long version() {
    return version;
  }

  /// To be called by whoever writes trained values with kernels: optimizers. [Tensor#set] of a
  /// parameter, or of any view of the flat buffers, does it itself.
  public void changed() {
    version++;
  }

  /// That `view`, which lies in the flat values, was set: what was trained, buffers, or both.
  void set(Tensor view) {
    long last = view.offset();
    for (int axis = 0; axis < view.shape().rank(); axis++) {
      last += (view.dim(axis) - 1) * view.stride(axis);
    }
    version += view.offset() < trained ? 1 : 0;
    buffersVersion += last >= trained ? 1 : 0;
  }

  /// Of what lies where `view` begins: the version of what is trained, or how often buffers were
  /// set.
  long version(Tensor view) {
    return view.offset() < trained ? version : buffersVersion;
  }

  /// Its name in error texts and memory reports.
  public String name() {
    return owner.name();
  }

  /// The device.
  public Device device() {
    return device;
  }

  /// The element type.
  public DType dtype() {
    return dtype;
  }

  /// Bytes held now: values, and gradients and moments where they were made.
  public long bytes() {
    return owner.bytes();
  }

  /// Gives all of it back.
  @Override
  public void close() {
    owner.close();
  }

  private Tensor requireAllocated() {
    if (values == null) {
      throw new IllegalStateException("parameters " + owner.name() + ": call allocate() first");
    }
    return values;
  }
}
