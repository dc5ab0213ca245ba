// Philox4x32-10 as dev.weft.tensor.Philox has it: four words for a counter and a key.
#pragma once

// Counter words of the purposes.
#define PURPOSE_TOKEN 0
#define PURPOSE_DROPOUT 3

struct Words {
  unsigned v[4];
};

__device__ __forceinline__ Words philox(unsigned c0, unsigned c1, unsigned c2, unsigned c3, u64 seed) {
  unsigned k0 = (unsigned)seed;
  unsigned k1 = (unsigned)(seed >> 32);
#pragma unroll
  for (int round = 0; round < 10; round++) {
    unsigned high0 = __umulhi(0xD2511F53u, c0), low0 = 0xD2511F53u * c0;
    unsigned high1 = __umulhi(0xCD9E8D57u, c2), low1 = 0xCD9E8D57u * c2;
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// The first uniform of a stream, in [0, 1): 53 bits over 2^53.
__device__ __forceinline__ double philox_uniform(int purpose, int step, int sequence, u64 seed) {
  Words words = philox((unsigned)step, (unsigned)sequence, (unsigned)purpose, 0, seed);
  u64 bits = (u64)words.v[0] << 32 | words.v[1];
  return (double)(bits >> 11) * (1.0 / 9007199254740992.0);
}
