// The driver API: streams, events, graphs. A graph is also what it was instantiated to.
#include "driver.h"

using namespace emulator;

namespace {
Result no_stream(const char* call) {
  return refuse(INVALID_HANDLE, std::string(call) + ": no such stream in this context");
}
Result no_event(const char* call) {
  return refuse(INVALID_HANDLE, std::string(call) + ": no such event in this context");
}
}  // namespace

#define EMULATOR_STREAM(handle)                   \
  Stream* target = stream_of(*context, handle);   \
  if (!target) return no_stream(__func__)
#define EMULATOR_EVENT(event) \
  if (!context->events.count(event)) return no_event(__func__)

extern "C" {
Result cuStreamCreate(Stream** stream, unsigned flags) {
  EMULATOR_CALL;
  *stream = new Stream(*context, flags);
  context->streams.insert(*stream);
  return SUCCESS;
}
Result cuStreamCreateWithPriority(Stream** stream, unsigned flags, int) { return cuStreamCreate(stream, flags); }
Result cuStreamDestroy_v2(Stream* stream) {
  EMULATOR_CALL;
  if (!context->streams.count(stream)) return no_stream(__func__);
  abandon_capture(*stream);
  drain(*stream);
  context->streams.erase(stream);
  for (Event* event : context->events)
    if (event->stream == stream) event->stream = nullptr;
  delete stream;
  return context->failure();
}
Result cuStreamSynchronize(void* stream) {
  EMULATOR_CALL;
  EMULATOR_STREAM(stream);
  EMULATOR_NOT_IN_CAPTURE;
  if (target->capture) {
    target->capture->broken = true;
    return refuse(STREAM_CAPTURE_UNSUPPORTED, "cuStreamSynchronize of a stream that is captured");
  }
  if (target == context->default_stream)
    drain_all(*context);
  else
    drain(*target);
  return context->failure();
}
Result cuStreamQuery(void* stream) {
  EMULATOR_CALL;
  EMULATOR_STREAM(stream);
  EMULATOR_NOT_IN_CAPTURE;
  if (target->operations.empty()) return SUCCESS;
  drain(*target);  // who asks again finds it done
  return context->failure() ? context->failure() : NOT_READY;
}
Result cuStreamGetFlags(void* stream, unsigned* flags) {
  EMULATOR_CALL;
  EMULATOR_STREAM(stream);
  *flags = target->flags;
  return SUCCESS;
}
Result cuStreamWaitEvent(void* stream, Event* event, unsigned) {
  EMULATOR_CALL;
  EMULATOR_STREAM(stream);
  EMULATOR_EVENT(event);
  wait_for(*target, *event);
  return SUCCESS;
}

Result cuEventCreate(Event** event, unsigned flags) {
  EMULATOR_CALL;
  *event = new Event{*context, flags};
  context->events.insert(*event);
  return SUCCESS;
}
Result cuEventDestroy_v2(Event* event) {
  EMULATOR_CALL;
  EMULATOR_EVENT(event);
  drain_all(*context);
  context->events.erase(event);
  delete event;
  return context->failure();
}
Result cuEventRecord(Event* event, void* stream) {
  EMULATOR_CALL;
  EMULATOR_STREAM(stream);
  EMULATOR_EVENT(event);
  return record(*event, *target);
}
Result cuEventSynchronize(Event* event) {
  EMULATOR_CALL;
  EMULATOR_EVENT(event);
  EMULATOR_NOT_IN_CAPTURE;
  drain(*event);
  return context->failure();
}
Result cuEventQuery(Event* event) {
  EMULATOR_CALL;
  EMULATOR_EVENT(event);
  EMULATOR_NOT_IN_CAPTURE;
  if (event->reached >= event->recorded) return SUCCESS;
  drain(*event);
  return context->failure() ? context->failure() : NOT_READY;
}
Result cuEventElapsedTime(float* milliseconds, Event* begin, Event* end) {
  EMULATOR_CALL;
  EMULATOR_EVENT(begin);
  EMULATOR_EVENT(end);
  if (!begin->recorded || !end->recorded)
    return refuse(INVALID_HANDLE, "cuEventElapsedTime: an event was never recorded");
  if (begin->reached < begin->recorded || end->reached < end->recorded) return NOT_READY;
  *milliseconds = std::chrono::duration<float, std::milli>(end->time - begin->time).count();
  return SUCCESS;
}

Result cuStreamBeginCapture_v2(void* stream, int mode) {
  EMULATOR_CALL;
  EMULATOR_STREAM(stream);
  if (target == context->default_stream || target->capture)
    return refuse(STREAM_CAPTURE_UNSUPPORTED, "cuStreamBeginCapture of the default stream, or of one that is captured");
  begin_capture(*target, mode);
  return SUCCESS;
}
Result cuStreamEndCapture(void* stream, Graph** graph) {
  EMULATOR_CALL;
  EMULATOR_STREAM(stream);
  if (!target->capture || target->capture->origin != target)
    return refuse(INVALID_VALUE, "cuStreamEndCapture of a stream whose capture did not begin there");
  return end_capture(*target, graph);
}
Result cuStreamIsCapturing(void* stream, int* status) {
  EMULATOR_CALL;
  EMULATOR_STREAM(stream);
  *status = !target->capture ? 0 : target->capture->broken ? 2 : 1;
  return SUCCESS;
}
Result cuThreadExchangeStreamCaptureMode(int*) { return SUCCESS; }

Result cuGraphGetNodes(Graph* graph, void** nodes, size_t* count) {
  EMULATOR_CALL;
  if (nodes) return refuse(NOT_SUPPORTED, "cuGraphGetNodes: the emulator gives only their number");
  *count = graph->operations.size();
  return SUCCESS;
}
Result cuGraphInstantiateWithFlags(Graph** executable, Graph* graph, unsigned long long) {
  EMULATOR_CALL;
  *executable = new Graph(*graph);
  return SUCCESS;
}
Result cuGraphUpload(Graph*, void*) { return SUCCESS; }
Result cuGraphLaunch(Graph* graph, void* stream) {
  EMULATOR_CALL;
  EMULATOR_STREAM(stream);
  if (target->capture) return refuse(NOT_SUPPORTED, "cuGraphLaunch in a capture is not in the emulator");
  return enqueue(*target, {Work::OTHER, "graph", [context, graph](bool) {
                             counters.graph_launches++;
                             for (Operation& operation : graph->operations)
                               if (!context->failure()) operation.run(true);
                           }});
}
Result cuGraphExecDestroy(Graph* graph) {
  EMULATOR_LOCK;
  if (Context* context = current_context()) drain_all(*context);
  delete graph;
  return SUCCESS;
}
Result cuGraphDestroy(Graph* graph) {
  EMULATOR_LOCK;
  delete graph;
  return SUCCESS;
}
}
