package dev.weft.tensor;

/// Memory figures of a device.
///
/// @param liveBytes bytes that tensors hold now
/// @param peakBytes the most that tensors have held at one time since the device opened, or since
///     [Device#resetPeak]
/// @param reservedBytes bytes taken from the system, the pool's free blocks included
/// @param allocations blocks handed out so far
public record DeviceStats(long liveBytes, long peakBytes, long reservedBytes, long allocations) {}
