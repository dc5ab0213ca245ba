/// The programs of `docs/tutorial.md`: each code block there is a region of one of these.
package dev.weft.examples.tutorial;
