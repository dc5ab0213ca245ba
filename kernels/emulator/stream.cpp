#include "stream.h"

#include <algorithm>

#include "status.h"

namespace emulator {
namespace {
enum CaptureMode { GLOBAL, THREAD_LOCAL, RELAXED };
std::set<Capture*> captures;

void run_first(Stream& stream) {
  Stream::Entry entry = std::move(stream.operations.front());
  stream.operations.pop_front();
  if (entry.wait) {
    if (entry.wait->reached < entry.record) drain(*entry.wait);
  } else if (!stream.context.failure()) {
    entry.operation.run(false);
  }
}

int capture(Stream& stream, Operation operation) {
  if (stream.capture->broken) return refuse(STREAM_CAPTURE_INVALIDATED, operation.what + ": the capture was broken");
  stream.capture->graph->operations.push_back(std::move(operation));
  stream.seen[&stream]++;
  return SUCCESS;
}
}  // namespace

int enqueue(Stream& stream, Operation operation) {
  if (stream.capture) return capture(stream, std::move(operation));
  Context& context = stream.context;
  if (&stream == context.default_stream) {
    for (Stream* other : context.streams) {
      if (!other->blocking()) continue;
      if (other->capture)
        return refuse(STREAM_CAPTURE_IMPLICIT, operation.what + " on the default stream during a capture");
      drain(*other);
    }
  } else if (stream.blocking()) {
    drain(*context.default_stream);
  }
  stream.operations.push_back({std::move(operation)});
  if (!settings.lazy) drain(stream);
  return context.failure();
}

void drain(Stream& stream) {
  while (!stream.operations.empty()) run_first(stream);
}

void drain(Event& event) {
  while (event.reached < event.recorded && event.stream && !event.stream->operations.empty()) run_first(*event.stream);
}

void drain_all(Context& context) {
  drain(*context.default_stream);
  for (Stream* stream : context.streams) drain(*stream);
}

int record(Event& event, Stream& stream) {
  if (stream.capture) {
    event.capture = stream.capture;
    event.seen = stream.seen;
    return SUCCESS;
  }
  event.capture = nullptr;
  event.stream = &stream;
  const uint64_t number = ++event.recorded;
  return enqueue(stream, {Work::OTHER, "event record", [&event, number](bool) {
                            event.reached = number;
                            event.time = std::chrono::steady_clock::now();
                          }});
}

void wait_for(Stream& stream, Event& event) {
  if (event.capture) {
    stream.capture = event.capture;
    for (auto& [other, count] : event.seen) stream.seen[other] = std::max(stream.seen[other], count);
  } else if (event.recorded > event.reached) {
    stream.operations.push_back({{}, &event, event.recorded});
  }
}

bool breaks_capture() {
  bool any = false;
  for (Capture* capture : captures)
    if (capture->mode != RELAXED) any = capture->broken = true;
  return any;
}

void begin_capture(Stream& stream, int mode) {
  stream.capture = new Capture{new Graph, &stream, mode};
  stream.seen = {{&stream, 0}};
  captures.insert(stream.capture);
}

int end_capture(Stream& stream, Graph** graph) {
  Capture* capture = stream.capture;
  const Seen joined = stream.seen;
  bool unjoined = false;
  for (Context* context : contexts()) {
    for (Stream* other : context->streams) {
      if (other->capture != capture) continue;
      auto known = joined.find(other);
      unjoined |= other->seen[other] > (known == joined.end() ? 0 : known->second);
      other->capture = nullptr;
      other->seen.clear();
    }
    for (Event* event : context->events)
      if (event->capture == capture) event->capture = nullptr;
  }
  const bool broken = capture->broken;
  *graph = broken || unjoined ? nullptr : capture->graph;
  if (!*graph) delete capture->graph;
  captures.erase(capture);
  delete capture;
  if (broken) return refuse(STREAM_CAPTURE_INVALIDATED, "cuStreamEndCapture: a call in between is not allowed there");
  if (unjoined) return refuse(STREAM_CAPTURE_UNJOINED, "cuStreamEndCapture: a stream was forked and not joined again");
  return SUCCESS;
}

void abandon_capture(Stream& stream) {
  Graph* graph = nullptr;
  if (stream.capture && stream.capture->origin == &stream) end_capture(stream, &graph);
  delete graph;
}
}  // namespace emulator
