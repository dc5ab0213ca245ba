/// Small programs to read and to run: `./weft example NAME`.
package dev.weft.examples;
