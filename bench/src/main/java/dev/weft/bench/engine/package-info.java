/// What can be measured beside Weft: works, and the engines that do them.
package dev.weft.bench.engine;
