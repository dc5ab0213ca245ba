package dev.weft.kernels.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The vector width of this JVM, and loads and stores at native addresses. The width is a constant,
/// so that the JIT folds every test of it.
///
/// `-Dweft.vectorBits` = 128, 256 or 512 forces a width; [CpuDevice] refuses one that the machine
/// lacks, unless a test says `-Dweft.anyWidth=true`: the JVM computes such vectors lane by lane, a
/// hundred times slower. Width 0 means no vectors at all: then only the choice is used of this
/// class.
final class Vectors {
  /// What `-Dweft.vectorBits` asks for; the machine's preferred width without it.
  static final int BITS =
      Integer.getInteger("weft.vectorBits", FloatVector.SPECIES_PREFERRED.vectorBitSize());

  /// The widest vectors of this machine.
  static final int WIDEST = FloatVector.SPECIES_MAX.vectorBitSize();

  static final VectorSpecies<Float> F =
      switch (BITS) {
        case 128 -> FloatVector.SPECIES_128;
        case 256 -> FloatVector.SPECIES_256;
        case 512 -> FloatVector.SPECIES_512;
        default -> FloatVector.SPECIES_PREFERRED;
      };

  /// As many ints as [#F] has floats.
  static final VectorSpecies<Integer> I =
      switch (F.vectorBitSize()) {
        case 128 -> IntVector.SPECIES_128;
        case 256 -> IntVector.SPECIES_256;
        default -> IntVector.SPECIES_512;
      };

  /// As many shorts as [#F] has floats.
  static final VectorSpecies<Short> S =
      switch (F.vectorBitSize()) {
        case 128 -> ShortVector.SPECIES_64;
        case 256 -> ShortVector.SPECIES_128;
        default -> ShortVector.SPECIES_256;
      };

  /// As many bytes as [#F] has floats, but at least eight: at 128 bits the upper four are read and
  /// not used.
  static final VectorSpecies<Byte> B =
      switch (F.vectorBitSize()) {
        case 128, 256 -> ByteVector.SPECIES_64;
        default -> ByteVector.SPECIES_128;
      };

  /// Floats in a vector: 4, 8 or 16.
  static final int LANES = F.length();

  /// Bytes of a vector.
  static final int BYTES = LANES * Float.BYTES;

  private static final FloatVector NUMBERS = FloatVector.zero(F).addIndex(1); // of the lanes

  /// All of the native address space: kernels work on absolute addresses, so that one kernel sees
  /// one kind of memory. Bounds were checked when the tensor was made.
  @SuppressWarnings("restricted")
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

  private Vectors() {}

  /// Whether a width (0, 128, 256, 512) can run here.
  static boolean available(int bits) {
    return bits == 0
        || (bits == 128 || bits == 256 || bits == 512)
            && (bits <= WIDEST || Boolean.getBoolean("weft.anyWidth"));
  }

  static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(F, ALL, address, LITTLE);
  }

  /// Lanes outside the mask are not read and are +0.
  static FloatVector load(long address, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(F, ALL, address, LITTLE, mask);
  }

  static void store(FloatVector v, long address) {
    v.intoMemorySegment(ALL, address, LITTLE);
  }

  static void store(FloatVector v, long address, VectorMask<Float> mask) {
    v.intoMemorySegment(ALL, address, LITTLE, mask);
  }

  static FloatVector all(float value) {
    return FloatVector.broadcast(F, value);
  }

  /// The first `n` lanes, 0 ≤ n. By a comparison: `indexInRange` makes objects where the processor
  /// has no registers for masks.
  static VectorMask<Float> first(long n) {
    return NUMBERS.compare(VectorOperators.LT, (float) n);
  }

  /// Stores, or adds to what stands there.
  static void put(FloatVector v, long address, boolean add) {
    store(add ? load(address).add(v) : v, address);
  }

  /// As [#put(FloatVector, long, boolean)], the lanes of the mask.
  static void put(FloatVector v, long address, boolean add, VectorMask<Float> mask) {
    store(add ? load(address, mask).add(v) : v, address, mask);
  }
}
