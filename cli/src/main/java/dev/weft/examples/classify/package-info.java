/// What a trained classifier is held against: simple classifiers, and measures for all.
package dev.weft.examples.classify;
