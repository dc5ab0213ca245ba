/// Plain, LSTM and GRU networks, trained through time.
package dev.weft.rnn;
