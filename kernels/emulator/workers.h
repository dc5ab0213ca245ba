// The emulator's own threads.
#pragma once

#include <functional>

namespace emulator {
// Runs `work` once on this thread and once on each of the others, side by side; returns when all
// have ended. `work` itself takes its tasks from a counter that all share.
void on_all_threads(const std::function<void()>& work);
}  // namespace emulator
