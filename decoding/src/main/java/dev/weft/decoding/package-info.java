/// Filters, samplers, beam search and the generator, over any language model.
package dev.weft.decoding;
