// Atomics: real ones, since blocks run on several threads of the OS. Each tells the checks of itself.
#pragma once

namespace emulator {
// What the C++ atomics work on: whole numbers of the same size.
template <class T>
using Word = std::conditional_t<sizeof(T) == 8, uint64_t, std::conditional_t<sizeof(T) == 4, uint32_t, uint16_t>>;

template <class T, class Change>
__attribute__((noinline, no_sanitize("thread"))) T change(T* p, Change next) {
  emulator_atomic(p, sizeof(T), __builtin_return_address(0));
  Word<T>* word = (Word<T>*)p;
  Word<T> seen = __atomic_load_n(word, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(word, &seen, same_bits<Word<T>>(next(same_bits<T>(seen))), false,
                                      __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
  }
  return same_bits<T>(seen);
}
}  // namespace emulator

#define ON_HOST_ATOMIC(name, Type, result)                                    \
  ON_HOST Type name(Type* p, Type value) {                                    \
    return emulator::change(p, [=](Type old) -> Type { return result; });     \
  }
#define ON_HOST_ATOMICS(Type)                                \
  ON_HOST_ATOMIC(atomicAdd, Type, old + value)               \
  ON_HOST_ATOMIC(atomicMax, Type, old < value ? value : old) \
  ON_HOST_ATOMIC(atomicMin, Type, value < old ? value : old) \
  ON_HOST_ATOMIC(atomicExch, Type, value)                    \
  ON_HOST_ATOMIC(atomicAnd, Type, old& value)                \
  ON_HOST_ATOMIC(atomicOr, Type, old | value)                \
  ON_HOST_ATOMIC(atomicXor, Type, old ^ value)               \
  ON_HOST Type atomicCAS(Type* p, Type expected, Type value) { \
    return emulator::change(p, [=](Type old) -> Type { return old == expected ? value : old; }); \
  }
ON_HOST_ATOMICS(int)
ON_HOST_ATOMICS(unsigned)
ON_HOST_ATOMICS(unsigned long long)
ON_HOST_ATOMIC(atomicSub, int, (int)((unsigned)old - (unsigned)value))
ON_HOST_ATOMIC(atomicSub, unsigned, old - value)
ON_HOST_ATOMIC(atomicInc, unsigned, old >= value ? 0 : old + 1)
ON_HOST_ATOMIC(atomicAdd, float, old + value)
ON_HOST_ATOMIC(atomicAdd, double, old + value)
ON_HOST_ATOMIC(atomicExch, float, value)
#undef ON_HOST_ATOMICS
#undef ON_HOST_ATOMIC
