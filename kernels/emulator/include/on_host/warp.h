// Barriers and warp operations: calls into the emulator, which switches fibers.
#pragma once

ON_HOST void __syncthreads(ON_HOST_CALLER) { emulator_barrier(emulator::NO_VOTE, 0, file, line); }
ON_HOST int __syncthreads_or(int value, ON_HOST_CALLER) {
  return emulator_barrier(emulator::OR, value != 0, file, line);
}
ON_HOST int __syncthreads_and(int value, ON_HOST_CALLER) {
  return emulator_barrier(emulator::AND, value != 0, file, line);
}
ON_HOST int __syncthreads_count(int value, ON_HOST_CALLER) {
  return emulator_barrier(emulator::COUNT, value != 0, file, line);
}

ON_HOST void __syncwarp(unsigned mask = 0xffffffffu, ON_HOST_CALLER) {
  emulator_warp(emulator::SYNCHRONISE, mask, 0, 0, 32, file, line);
}
ON_HOST unsigned __ballot_sync(unsigned mask, int value, ON_HOST_CALLER) {
  return (unsigned)emulator_warp(emulator::BALLOT, mask, value != 0, 0, 32, file, line);
}
ON_HOST int __all_sync(unsigned mask, int value, ON_HOST_CALLER) {
  return (int)emulator_warp(emulator::ALL, mask, value != 0, 0, 32, file, line);
}
ON_HOST int __any_sync(unsigned mask, int value, ON_HOST_CALLER) {
  return (int)emulator_warp(emulator::ANY, mask, value != 0, 0, 32, file, line);
}
template <class T>
ON_HOST unsigned __match_any_sync(unsigned mask, T value, ON_HOST_CALLER) {
  uint64_t bits = 0;
  memcpy(&bits, &value, sizeof value);
  return (unsigned)emulator_warp(emulator::MATCH, mask, bits, 0, 32, file, line);
}

#define ON_HOST_SHUFFLE(name, operation)                                                      \
  template <class T>                                                                          \
  ON_HOST T name(unsigned mask, T value, int argument, int width = 32, ON_HOST_CALLER) {      \
    static_assert(sizeof(T) <= 8);                                                            \
    uint64_t bits = 0;                                                                        \
    memcpy(&bits, &value, sizeof value);                                                      \
    bits = emulator_warp(emulator::operation, mask, bits, argument, width, file, line);       \
    memcpy(&value, &bits, sizeof value);                                                      \
    return value;                                                                             \
  }
ON_HOST_SHUFFLE(__shfl_sync, SHUFFLE)
ON_HOST_SHUFFLE(__shfl_up_sync, SHUFFLE_UP)
ON_HOST_SHUFFLE(__shfl_down_sync, SHUFFLE_DOWN)
ON_HOST_SHUFFLE(__shfl_xor_sync, SHUFFLE_XOR)
#undef ON_HOST_SHUFFLE

ON_HOST void __threadfence() { emulator_fence(); }
ON_HOST void __threadfence_block() {}
ON_HOST void __threadfence_system() { emulator_fence(); }
ON_HOST unsigned __activemask() = delete;  // says nothing that a program may rely on
