/// The data sets of the examples, real and generated, dealt into three parts by a seed.
package dev.weft.examples.data;
