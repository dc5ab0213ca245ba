/// Pictures of the examples' figures, as PNG and SVG.
package dev.weft.examples.chart;
