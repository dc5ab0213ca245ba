// cuBLAS as far as a matrix product goes. Operands are checked as a kernel's accesses are.
#include <algorithm>
#include <set>

#include "driver.h"
#include "gemm.h"

using namespace emulator;

namespace {
enum BlasStatus : int {
  BLAS_SUCCESS = 0,
  BLAS_NOT_INITIALIZED = 1,
  BLAS_INVALID_VALUE = 7,
  BLAS_EXECUTION_FAILED = 13,
  BLAS_NOT_SUPPORTED = 15,
};
// The compute types that sum in F32: those that may round the inputs first are not rounded here.
bool computes_f32(int compute) {
  return compute == 68 || compute == 69 || compute == 74 || compute == 75 || compute == 77;
}

struct Handle {
  Context* context;
  void* stream = nullptr;
  int math_mode = 0;
};
std::set<Handle*>& handles() {
  static auto* all = new std::set<Handle*>;
  return *all;
}

int refuse_blas(int status, const std::string& why) {
  refuse(INVALID_VALUE, why);
  if (status == BLAS_NOT_SUPPORTED) fprintf(stderr, "CUDA emulator: %s\n", why.c_str());
  return status;
}

struct Batch {
  Gemm first;
  long long stride_a, stride_b, stride_c, count;
};

Gemm member(const Batch& batch, long long i) {
  Gemm gemm = batch.first;
  gemm.a.p += (uint64_t)(i * batch.stride_a * element_size(gemm.a.type));
  gemm.b.p += (uint64_t)(i * batch.stride_b * element_size(gemm.b.type));
  gemm.c.p += (uint64_t)(i * batch.stride_c * element_size(gemm.c.type));
  return gemm;
}

// Every column of op(x), rows by columns, may be used as asked; else the context fails.
bool usable(Context& context, const char* call, char letter, const Matrix& x, long long rows, long long columns,
            Need need) {
  if (x.transposed) std::swap(rows, columns);
  const uint64_t size = (uint64_t)element_size(x.type);
  auto fail = [&](const std::string& why) {
    context.fail(ILLEGAL_ADDRESS, format("%s: %c (%lld x %lld, leading dimension %lld): ", call, letter, rows, columns,
                                         x.leading) + why);
    return false;
  };
  if (x.p % size) return fail(format("%#llx is no multiple of %d", (unsigned long long)x.p, (int)size));
  std::string why;
  for (long long j = 0; j < columns; ++j)
    if (!context.device.memory.check(x.p + (uint64_t)(j * x.leading) * size, (uint64_t)rows * size, need, &why))
      return fail(why);
  return true;
}

void run(Context& context, const char* call, const Gemm& g) {
  const bool multiplies = g.alpha != 0 && g.k > 0, reads_c = g.beta != 0;
  if (multiplies && !(usable(context, call, 'A', g.a, g.m, g.k, Need::INITIALISED) &&
                      usable(context, call, 'B', g.b, g.k, g.n, Need::INITIALISED)))
    return;
  if (!usable(context, call, 'C', g.c, g.m, g.n, reads_c ? Need::INITIALISED : Need::WRITABLE)) return;
  multiply(g);
  if (!context.device.checked) return;
  const long long bytes_of_c = g.m * g.n * element_size(g.c.type);
  for (long long j = 0; j < g.n; ++j)
    context.device.memory.mark_written(g.c.p + (uint64_t)(j * g.c.leading * element_size(g.c.type)),
                                       (size_t)(g.m * element_size(g.c.type)));
  if (multiplies)
    counters.bytes_read += g.m * g.k * element_size(g.a.type) + g.k * g.n * element_size(g.b.type);
  if (reads_c) counters.bytes_read += bytes_of_c;
  counters.bytes_written += bytes_of_c;
}

int submit(const char* call, Handle* handle, const Batch& batch) {
  EMULATOR_LOCK;
  if (!handles().count(handle)) return BLAS_NOT_INITIALIZED;
  Context& context = *handle->context;
  if (!contexts().count(&context) || context.failure()) return BLAS_EXECUTION_FAILED;
  Stream* stream = stream_of(context, handle->stream);
  if (!stream) return refuse_blas(BLAS_EXECUTION_FAILED, std::string(call) + ": the handle's stream does not exist");
  const Gemm& g = batch.first;
  if (g.m < 0 || g.n < 0 || g.k < 0 || batch.count < 0)
    return refuse_blas(BLAS_INVALID_VALUE,
                       format("%s: m %lld, n %lld, k %lld, batch %lld", call, g.m, g.n, g.k, batch.count));
  for (int type : {g.a.type, g.b.type, g.c.type})
    if (!element_size(type))
      return refuse_blas(BLAS_NOT_SUPPORTED, format("%s: data type %d is not in the emulator", call, type));
  if (g.a.leading < std::max(1LL, g.a.transposed ? g.k : g.m) ||
      g.b.leading < std::max(1LL, g.b.transposed ? g.n : g.k) || g.c.leading < std::max(1LL, g.m))
    return refuse_blas(BLAS_INVALID_VALUE,
                       format("%s: leading dimensions %lld, %lld, %lld for m %lld, n %lld, k %lld", call, g.a.leading,
                              g.b.leading, g.c.leading, g.m, g.n, g.k));
  if (!g.m || !g.n || !batch.count) return BLAS_SUCCESS;
  const int status = enqueue(*stream, {Work::GEMM, call, [&context, call, batch](bool in_graph) {
                                         (in_graph ? counters.graph_kernels : counters.cublas_calls)++;
                                         for (long long i = 0; i < batch.count && !context.failure(); ++i)
                                           run(context, call, member(batch, i));
                                       }});
  return status ? BLAS_EXECUTION_FAILED : BLAS_SUCCESS;
}

Matrix matrix(const void* p, int type, int operation, long long leading) {
  return {(uint64_t)p, type, operation != 0, leading};
}
float scalar(const void* p) { return *(const float*)p; }
}  // namespace

extern "C" {
int cublasCreate_v2(Handle** handle) {
  EMULATOR_LOCK;
  Context* context = current_context();
  if (!settings.cublas || !context) return BLAS_NOT_INITIALIZED;
  *handle = new Handle{context};
  handles().insert(*handle);
  return BLAS_SUCCESS;
}
int cublasDestroy_v2(Handle* handle) {
  EMULATOR_LOCK;
  if (!handles().erase(handle)) return BLAS_NOT_INITIALIZED;
  delete handle;
  return BLAS_SUCCESS;
}
int cublasSetStream_v2(Handle* handle, void* stream) {
  EMULATOR_LOCK;
  if (!handles().count(handle)) return BLAS_NOT_INITIALIZED;
  handle->stream = stream;
  return BLAS_SUCCESS;
}
int cublasGetStream_v2(Handle* handle, void** stream) {
  *stream = handle->stream;
  return BLAS_SUCCESS;
}
int cublasSetMathMode(Handle* handle, int mode) {
  handle->math_mode = mode;
  return BLAS_SUCCESS;
}
int cublasGetMathMode(Handle* handle, int* mode) {
  *mode = handle->math_mode;
  return BLAS_SUCCESS;
}
int cublasSetPointerMode_v2(Handle*, int mode) {
  return mode ? refuse_blas(BLAS_NOT_SUPPORTED, "cublasSetPointerMode: scalars on the device are not in the emulator")
              : BLAS_SUCCESS;
}
int cublasGetPointerMode_v2(Handle*, int* mode) {
  *mode = 0;
  return BLAS_SUCCESS;
}
int cublasSetAtomicsMode(Handle*, int) { return BLAS_SUCCESS; }
int cublasSetWorkspace_v2(Handle* handle, void* p, size_t bytes) {
  EMULATOR_LOCK;
  if (!handles().count(handle)) return BLAS_NOT_INITIALIZED;
  std::string why;
  if (bytes && !handle->context->device.memory.check((uint64_t)p, bytes, Need::WRITABLE, &why))
    return refuse_blas(BLAS_INVALID_VALUE, "cublasSetWorkspace: " + why);
  return BLAS_SUCCESS;
}
int cublasGetVersion_v2(Handle*, int* version) {
  *version = 120600;
  return BLAS_SUCCESS;
}
const char* cublasGetStatusName(int status) {
  switch (status) {
    case BLAS_SUCCESS: return "CUBLAS_STATUS_SUCCESS";
    case BLAS_NOT_INITIALIZED: return "CUBLAS_STATUS_NOT_INITIALIZED";
    case BLAS_INVALID_VALUE: return "CUBLAS_STATUS_INVALID_VALUE";
    case BLAS_EXECUTION_FAILED: return "CUBLAS_STATUS_EXECUTION_FAILED";
    case BLAS_NOT_SUPPORTED: return "CUBLAS_STATUS_NOT_SUPPORTED";
    default: return "unknown";
  }
}
const char* cublasGetStatusString(int status) { return cublasGetStatusName(status); }

int cublasSgemm_v2(Handle* handle, int op_a, int op_b, int m, int n, int k, const float* alpha, const float* a, int lda,
                   const float* b, int ldb, const float* beta, float* c, int ldc) {
  return submit("cublasSgemm", handle,
                {{m, n, k, *alpha, *beta, matrix(a, F32, op_a, lda), matrix(b, F32, op_b, ldb), matrix(c, F32, 0, ldc)},
                 0, 0, 0, 1});
}
int cublasSgemmStridedBatched(Handle* handle, int op_a, int op_b, int m, int n, int k, const float* alpha,
                              const float* a, int lda, long long stride_a, const float* b, int ldb, long long stride_b,
                              const float* beta, float* c, int ldc, long long stride_c, int count) {
  return submit("cublasSgemmStridedBatched", handle,
                {{m, n, k, *alpha, *beta, matrix(a, F32, op_a, lda), matrix(b, F32, op_b, ldb), matrix(c, F32, 0, ldc)},
                 stride_a, stride_b, stride_c, count});
}
int cublasGemmEx(Handle* handle, int op_a, int op_b, int m, int n, int k, const void* alpha, const void* a, int type_a,
                 int lda, const void* b, int type_b, int ldb, const void* beta, void* c, int type_c, int ldc,
                 int compute, int) {
  if (!computes_f32(compute)) return refuse_blas(BLAS_NOT_SUPPORTED, format("cublasGemmEx: compute type %d", compute));
  return submit("cublasGemmEx", handle,
                {{m, n, k, scalar(alpha), scalar(beta), matrix(a, type_a, op_a, lda), matrix(b, type_b, op_b, ldb),
                  matrix(c, type_c, 0, ldc)},
                 0, 0, 0, 1});
}
int cublasGemmStridedBatchedEx(Handle* handle, int op_a, int op_b, int m, int n, int k, const void* alpha,
                               const void* a, int type_a, int lda, long long stride_a, const void* b, int type_b,
                               int ldb, long long stride_b, const void* beta, void* c, int type_c, int ldc,
                               long long stride_c, int count, int compute, int) {
  if (!computes_f32(compute))
    return refuse_blas(BLAS_NOT_SUPPORTED, format("cublasGemmStridedBatchedEx: compute type %d", compute));
  return submit("cublasGemmStridedBatchedEx", handle,
                {{m, n, k, scalar(alpha), scalar(beta), matrix(a, type_a, op_a, lda), matrix(b, type_b, op_b, ldb),
                  matrix(c, type_c, 0, ldc)},
                 stride_a, stride_b, stride_c, count});
}
}
