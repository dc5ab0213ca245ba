/// Tensors, automatic differentiation and the contract that every device fulfils.
package dev.weft.tensor;
