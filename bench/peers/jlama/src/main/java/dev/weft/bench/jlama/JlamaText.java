package dev.weft.bench.jlama;

import com.github.tjake.jlama.model.gpt2.GPT2Config;
import com.github.tjake.jlama.model.gpt2.GPT2Model;
import com.github.tjake.jlama.safetensors.DType;
import com.github.tjake.jlama.safetensors.SafeTensorSupport;
import com.github.tjake.jlama.safetensors.WeightLoader;
import com.github.tjake.jlama.tensor.AbstractTensor;
import com.github.tjake.jlama.tensor.KvBufferCache;
import dev.weft.bench.engine.Engine;
import dev.weft.gpt2.Gpt2Config;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;

/// GPT-2 with its cache, one sequence. What is called is what `generate` of Jlama calls, without
/// its tokenizer.
final class JlamaText implements Engine.TextModel {
  private final Network network;
  private final AbstractTensor<?, ?> logits;
  private KvBufferCache.KvBuffer cache; // null before the first read
  private int position;

  JlamaText(Path folder) {
    network = new Network(SafeTensorSupport.loadWeights(folder.toFile()));
    logits = network.makeDenseTensor(Gpt2Config.SMALL.vocabulary());
  }

  @Override
  public void read(int[][] prompts) {
    closeCache();
    cache = network.newCache();
    AbstractTensor<?, ?> states = network.batchForward(prompts[0], 0, cache);
    position = prompts[0].length;
    head(states.slice(states.shape().first() - 1));
    states.close();
  }

  @Override
  public void step(int[] ids) {
    AbstractTensor<?, ?> state = network.forward(ids[0], position++, cache, Optional.empty());
    head(state);
    state.close();
  }

  private void head(AbstractTensor<?, ?> state) {
    network.sample(state, 0, 0, logits); // fills the logits and takes the largest
  }

  @Override
  public float[] logits() {
    float[] values = new float[Gpt2Config.SMALL.vocabulary()];
    MemorySegment.copy(
        logits.getMemorySegment(), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values, 0, values.length);
    return values;
  }

  @Override
  public void close() {
    closeCache();
    logits.close();
    network.close();
  }

  private void closeCache() {
    if (cache != null) {
      cache.close();
    }
  }

  /// Opens what only models see.
  private static final class Network extends GPT2Model {
    Network(WeightLoader weights) {
      super(config(Gpt2Config.SMALL), weights, null, DType.F32, DType.F32, Optional.empty());
    }

    private static GPT2Config config(Gpt2Config config) {
      return new GPT2Config(
          config.context(),
          config.width(),
          config.heads(),
          config.layers(),
          (float) config.layerNormEps(),
          config.vocabulary(),
          50256,
          50256);
    }

    /// A cache in memory alone.
    KvBufferCache.KvBuffer newCache() {
      return kvBufferCache.getEphemeralKvBuffer();
    }
  }
}
