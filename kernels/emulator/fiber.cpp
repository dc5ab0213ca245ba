#include "fiber.h"

#include <sys/mman.h>

#include "memory.h"

#ifndef __x86_64__
#error "emulator_switch is written for x86-64 only (aarch64 would have to save x19-x30, d8-d15 and sp)"
#endif

// Saves what a call must preserve on the old stack, and takes it from the new one.
asm(R"(
.text
.globl emulator_switch
.hidden emulator_switch
.type emulator_switch,@function
emulator_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size emulator_switch,.-emulator_switch
)");

namespace emulator {
Fiber::Fiber(unsigned number, void (*entry)()) : entry(entry), offset(number % 61 * 192) {
  uint8_t* pages = (uint8_t*)reserve_addresses(STACK + GUARD, true);
  mprotect(pages, GUARD, PROT_NONE);
  stack = pages + GUARD;
  restart();
}

Fiber::~Fiber() { munmap(stack - GUARD, STACK + GUARD); }

void Fiber::restart() {
  uint64_t* slot = (uint64_t*)top();
  *--slot = 0;  // where entry would return to: it does not
  *--slot = (uint64_t)entry;
  for (int i = 0; i < 6; ++i) *--slot = 0;
  position = slot;
}
}  // namespace emulator
