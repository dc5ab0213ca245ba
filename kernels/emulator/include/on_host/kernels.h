// How a kernel is made known to the emulator: build.sh writes one EMULATED_KERNEL line for each.
#pragma once

namespace emulator {
template <class Function>
struct Signature;

// Unpacks the driver's void** into typed arguments.
template <class... Parameters>
struct Signature<void (*)(Parameters...)> {
  static constexpr int sizes[] = {(int)sizeof(Parameters)..., 0};
  static constexpr int count = sizeof...(Parameters);

  template <void (*kernel)(Parameters...), size_t... i>
  ON_HOST static void call(void** arguments, std::index_sequence<i...>) {
    kernel(*(std::remove_const_t<Parameters>*)arguments[i]...);
  }
  template <void (*kernel)(Parameters...)>
  __attribute__((no_sanitize("thread"))) static void run(void** arguments) {
    call<kernel>(arguments, std::index_sequence_for<Parameters...>{});
  }
};
}  // namespace emulator

extern "C" __attribute__((visibility("hidden"))) void* emulator_dynamic_shared();

#ifdef __SANITIZE_THREAD__
#define ON_HOST_CHECKED true
#else
#define ON_HOST_CHECKED false
#endif

#define EMULATED_KERNEL(kernel)                                                                  \
  static const emulator::Kernel emulated_##kernel = {                                            \
      #kernel, &emulator::Signature<decltype(&kernel)>::run<&kernel>,                            \
      emulator::Signature<decltype(&kernel)>::sizes, emulator::Signature<decltype(&kernel)>::count, \
      ON_HOST_CHECKED, &emulator_dynamic_shared};                                                \
  static const int registered_##kernel = (emulator_register(&emulated_##kernel), 0);
