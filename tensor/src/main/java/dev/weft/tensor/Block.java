package dev.weft.tensor;

import java.lang.foreign.MemorySegment;

/// A piece of device memory. It has exactly one [Owner] at a time, which gives it back.
final class Block {
  private static final boolean TRACE = "memory".equals(System.getProperty("weft.trace"));

  final Device device;
  final MemorySegment memory;
  final long bytes;
  Owner owner;

  /// The tape that recorded a use of this block last, or null.
  Tape recordedBy;

  /// The parameters whose values lie in it, or null: a write makes their packs stale.
  ParameterSet parameters;

  private String closer;
  private final Throwable allocated;
  private Throwable closed;

  Block(Device device, MemorySegment memory, long bytes, Owner owner) {
    this.device = device;
    this.memory = memory;
    this.bytes = bytes;
    this.owner = owner;
    this.allocated = TRACE ? new Throwable("allocated here") : null;
  }

  boolean live() {
    return closer == null;
  }

  /// Whether the backward of a tape will need it.
  boolean recorded() {
    return recordedBy != null && recordedBy.pending();
  }

  /// Gives the memory back to the device.
  void release(String by) {
    if (closer == null) {
      closer = by;
      closed = TRACE ? new Throwable("closed here") : null;
      device.release(memory, bytes);
    }
  }

  void requireLive(String op) {
    if (closer != null) {
      var error =
          new IllegalStateException(
              op
                  + ": the tensor's memory was given back when "
                  + closer
                  + " closed"
                  + (TRACE ? "" : "; -Dweft.trace=memory shows where"));
      if (TRACE) {
        error.addSuppressed(allocated);
        error.addSuppressed(closed);
      }
      throw error;
    }
  }
}
