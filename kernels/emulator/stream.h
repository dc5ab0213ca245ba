// Streams, events and graphs. Work runs as late as the API allows (or at once, see the setting
// "lazy"), so that a synchronisation that is missing shows.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "device.h"

namespace emulator {
enum class Work { KERNEL, GEMM, COPY, SET, OTHER };

struct Operation {
  Work work;
  std::string what;  // "kernel vec_add", for a graph's update and its nodes
  std::function<void(bool in_graph)> run;
};

struct Graph {
  std::vector<Operation> operations;
};

// A capture, and for each of its streams how many operations it has got. A stream or event knows of
// each stream as many as come before it: so it is known whether a branch has been joined.
using Seen = std::map<const Stream*, size_t>;
struct Capture {
  Graph* graph;
  Stream* origin;
  int mode;
  bool broken = false;
};

struct Stream {
  struct Entry {
    Operation operation;
    Event* wait = nullptr;  // instead of an operation: the event to wait for
    uint64_t record = 0;
  };
  Stream(Context& context, unsigned flags) : context(context), flags(flags) {}
  bool blocking() const { return !(flags & 1); }  // waits for the default stream, and that for it

  Context& context;
  const unsigned flags;
  std::deque<Entry> operations;
  Capture* capture = nullptr;
  Seen seen;
};

struct Event {
  Context& context;
  unsigned flags = 0;
  uint64_t recorded = 0, reached = 0;
  Stream* stream = nullptr;
  std::chrono::steady_clock::time_point time{};
  Capture* capture = nullptr;
  Seen seen{};
};

// Adds to the stream, or to the graph that it is captured into. The status of the call.
int enqueue(Stream& stream, Operation operation);
void wait_for(Stream& stream, Event& event);
int record(Event& event, Stream& stream);

// Runs what is waiting.
void drain(Stream& stream);
void drain(Event& event);
void drain_all(Context& context);

// True when a call that waits for the device would break a capture: it breaks it.
bool breaks_capture();
void begin_capture(Stream& stream, int mode);
int end_capture(Stream& stream, Graph** graph);
void abandon_capture(Stream& stream);
}  // namespace emulator
