package dev.weft.cli;

import dev.weft.examples.data.LabelledTexts;
import dev.weft.rnn.Level;
import dev.weft.rnn.Pooling;
import dev.weft.tensor.Gating;
import java.util.List;
import java.util.function.Function;

/// What a network learns to tell apart, and how it reads.
///
/// @param name of the task, such as `nationality`
/// @param title of its pictures
/// @param data the texts
/// @param level what a symbol is
/// @param longest symbols of a text that are read
/// @param minimumCount a symbol that training has more rarely is unknown
/// @param gating of the recurrent layers, which run both ways
/// @param pooling of their states
/// @param hiding share of the symbols that training takes for unknown, so that the network learns
///     to do without them
/// @param smoothing of the labels
/// @param features of a text for naive Bayes
/// @param positive the class that precision, recall and F1 are told of; −1: none
record ClassifierTask(
    String name,
    String title,
    LabelledTexts data,
    Level level,
    int longest,
    int minimumCount,
    Gating gating,
    Pooling pooling,
    double hiding,
    double smoothing,
    Function<String, List<String>> features,
    int positive) {}
