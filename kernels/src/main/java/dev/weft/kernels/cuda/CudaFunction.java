package dev.weft.kernels.cuda;

import jcuda.driver.CUfunction;

/// A loaded kernel.
///
/// @param signature its name and parameters
/// @param handle what the driver calls it
record CudaFunction(Signature signature, CUfunction handle) {}
