/// GPT-2: configuration, model, KV cache, weights and tokenizer.
package dev.weft.gpt2;
