#include "launch.h"

#include <atomic>

#include "device.h"
#include "faults.h"
#include "runner.h"
#include "status.h"
#include "workers.h"

namespace emulator {
namespace {
// With fewer threads than this, waking the others costs more than it saves.
constexpr uint64_t WORTH_SHARING = 2048;
}  // namespace

void execute(const Launch& launch) {
  Context& context = *launch.context;
  if (context.failure()) return;
  if (falls_due(settings.fail_launch_after)) {
    context.fail(LAUNCH_FAILED, "kernel " + launch.function.name + ": fails because fail_launch_after says so");
    return;
  }
  static const bool once = (catch_faults(), true);
  (void)once;
  static uint64_t launches = 0;
  Job job{launch, (Order)settings.order[context.device.ordinal].load(), launch.grid.x * launch.grid.y * launch.grid.z,
          ++launches * 0x9E3779B97F4A7C15ull};
  auto work = [&job] { own_runner().work(job); };
  Watch watch(job);
  if (context.device.checked) {
    context.device.races.reserve();
    begin_launch();
    work();
    context.device.races.tally();
  } else if (job.blocks > 1 && (uint64_t)job.blocks * launch.threads() >= WORTH_SHARING) {
    on_all_threads(work);
  } else {
    work();
  }
}
}  // namespace emulator
