package dev.weft.tensor;

import java.util.ArrayList;
import java.util.List;

/// Owns device memory and gives it back on [#close()]: a [Scope], a [ParameterSet], a decoding
/// session, a recurrent state. Every block has exactly one owner; [Scope#keep] moves it to another.
public class Owner implements AutoCloseable {
  private final String name;
  private final List<Block> blocks = new ArrayList<>();
  private boolean closed;

  /// An owner with nothing in it. The name appears in error texts and memory reports.
  public Owner(String name) {
    this.name = name;
  }

  /// The name that reports and error texts use.
  public final String name() {
    return name;
  }

  /// A new tensor of this owner; its contents are undefined.
  public final Tensor empty(Device device, DType dtype, Shape shape) {
    return new Tensor(
        allocate(device, Math.multiplyExact(shape.size(), dtype.bytes())), dtype, shape);
  }

  /// A new tensor of this owner, filled with zeros.
  public final Tensor zeros(Device device, DType dtype, Shape shape) {
    Tensor tensor = empty(device, dtype, shape);
    device.kernels().fill(tensor, 0);
    return tensor;
  }

  final Block allocate(Device device, long bytes) {
    requireOpen();
    Block block = new Block(device, device.allocate(bytes, name), bytes, this);
    blocks.add(block);
    return block;
  }

  /// Takes over the memory of a tensor from its present owner; returns the tensor.
  final Tensor adopt(Tensor tensor) {
    requireOpen();
    Block block = tensor.block();
    if (block.owner != this) {
      block.requireLive("keep");
      block.owner.blocks.remove(block);
      block.owner = this;
      blocks.add(block);
    }
    return tensor;
  }

  /// Gives one tensor's memory back before the owner closes.
  public final void release(Tensor tensor) {
    Block block = tensor.block();
    block.requireLive("release");
    if (block.owner != this) {
      throw new IllegalArgumentException(
          name + ": cannot release a tensor that belongs to " + block.owner.name);
    }
    removeNewest(block);
    block.release(name);
  }

  private void removeNewest(Block block) {
    for (int i = blocks.size() - 1; i >= 0; i--) {
      if (blocks.get(i) == block) {
        blocks.remove(i);
        return;
      }
    }
  }

  /// Bytes owned now.
  public final long bytes() {
    long sum = 0;
    for (Block block : blocks) {
      sum += block.bytes;
    }
    return sum;
  }

  final List<Block> blocks() {
    return blocks;
  }

  /// Whether [#close()] has run.
  public final boolean closed() {
    return closed;
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException(name + " is closed");
    }
  }

  /// Gives every block back. A second call does nothing.
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      for (Block block : blocks) {
        block.release(name);
      }
      blocks.clear();
    }
  }
}
