/// The `weft` command.
package dev.weft.cli;
