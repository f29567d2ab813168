// Transforms of Winograd's minimal filtering F(4x4, 3x3) on channels-last images (Lavin and Gray 2016, section 4.3).
//
// An image [n,h,w,c] has n*(h/4)*(w/4) tiles of 4x4 output pixels, each made from 6x6 input pixels; h and w are multiples of 4, c of
// 8. Tiles lie as [36,tiles,c]: the products over channels between the transforms are 36 plain matrix products.
// Functions named _adjoint are the transposes, which carry gradients.

#include <cstdint>
#include <cstring>

namespace {

constexpr int LANES = 8;
using Lanes = float[LANES];

// B^T d: six values, s apart, to six.
inline void bt(const Lanes* d, int s, Lanes* o) {
  for (int l = 0; l < LANES; ++l) {
    float a = d[0][l], b = d[s][l], c = d[2 * s][l], e = d[3 * s][l], f = d[4 * s][l], g = d[5 * s][l];
    o[0 * s][l] = 4 * a - 5 * c + f;
    float p = f - 4 * c, q = e - 4 * b;
    o[1 * s][l] = p + q;
    o[2 * s][l] = p - q;
    float r = f - c, t = 2 * (e - b);
    o[3 * s][l] = r + t;
    o[4 * s][l] = r - t;
    o[5 * s][l] = 4 * b - 5 * e + g;
  }
}

// B v, its transpose.
inline void b_adjoint(const Lanes* v, int s, Lanes* o) {
  for (int l = 0; l < LANES; ++l) {
    float a = v[0][l], b = v[s][l], c = v[2 * s][l], e = v[3 * s][l], f = v[4 * s][l], g = v[5 * s][l];
    float p = b + c, m = b - c, r = e + f, t = e - f;
    o[0 * s][l] = 4 * a;
    o[1 * s][l] = -4 * m - 2 * t + 4 * g;
    o[2 * s][l] = -5 * a - 4 * p - r;
    o[3 * s][l] = m + 2 * t - 5 * g;
    o[4 * s][l] = a + p + r;
    o[5 * s][l] = g;
  }
}

// A^T v: six values, s apart, to four, so apart.
inline void at(const Lanes* v, int s, Lanes* o, int so) {
  for (int l = 0; l < LANES; ++l) {
    float a = v[0][l], b = v[s][l], c = v[2 * s][l], e = v[3 * s][l], f = v[4 * s][l], g = v[5 * s][l];
    float p = b + c, m = b - c, r = e + f, t = e - f;
    o[0][l] = a + p + r;
    o[so][l] = m + 2 * t;
    o[2 * so][l] = p + 4 * r;
    o[3 * so][l] = m + 8 * t + g;
  }
}

// A y, its transpose.
inline void a_adjoint(const Lanes* y, int s, Lanes* o, int so) {
  for (int l = 0; l < LANES; ++l) {
    float a = y[0][l], b = y[s][l], c = y[2 * s][l], e = y[3 * s][l];
    float p = a + c, m = b + e, r = a + 4 * c, t = 2 * b + 8 * e;
    o[0][l] = a;
    o[so][l] = p + m;
    o[2 * so][l] = p - m;
    o[3 * so][l] = r + t;
    o[4 * so][l] = r - t;
    o[5 * so][l] = e;
  }
}

// Calls body(image, tile, y, x, channel) for each tile and block of channels; (y, x) is the tile's first output pixel.
template <class Body>
void each(int n, int h, int w, int c, Body body) {
  const int columns = w / 4;
  const int64_t tiles = (int64_t)(h / 4) * columns;
#pragma omp parallel for
  for (int i = 0; i < n; ++i)
    for (int64_t t = 0; t < tiles; ++t)
      for (int k = 0; k < c; k += LANES) body(i, i * tiles + t, t / columns * 4, t % columns * 4, k);
}

// Where element (y, x) of the i-th [h,w,c] has its channels from k on.
inline int64_t place(int64_t i, int64_t y, int64_t x, int h, int w, int c, int k) { return ((i * h + y) * w + x) * c + k; }

inline void copy(float* target, const float* source) { memcpy(target, source, sizeof(Lanes)); }

}  // namespace

extern "C" {

// x [n,h,w,c] -> v [36,tiles,c]
void input_transform(const float* x, float* v, int n, int h, int w, int c) {
  const int tiles = n * (h / 4) * (w / 4);
  each(n, h, w, c, [=](int i, int64_t t, int y0, int x0, int k) {
    Lanes d[36] = {}, e[36];
    for (int p = 0; p < 36; ++p) {
      const int yy = y0 + p / 6 - 1, xx = x0 + p % 6 - 1;
      if (yy >= 0 && yy < h && xx >= 0 && xx < w) copy(d[p], x + place(i, yy, xx, h, w, c, k));
    }
    for (int b = 0; b < 6; ++b) bt(d + b, 6, e + b);
    for (int a = 0; a < 6; ++a) bt(e + 6 * a, 1, d + 6 * a);
    for (int p = 0; p < 36; ++p) copy(v + place(0, p, t, 36, tiles, c, k), d[p]);
  });
}

// dv [36,tiles,c] -> dx [n,h,w,c], which neighbouring tiles add to: images are apart, so threads are too.
void input_transform_adjoint(const float* dv, float* dx, int n, int h, int w, int c) {
  const int tiles = n * (h / 4) * (w / 4);
  memset(dx, 0, sizeof(float) * place(n, 0, 0, h, w, c, 0));
  each(n, h, w, c, [=](int i, int64_t t, int y0, int x0, int k) {
    Lanes d[36], e[36];
    for (int p = 0; p < 36; ++p) copy(d[p], dv + place(0, p, t, 36, tiles, c, k));
    for (int b = 0; b < 6; ++b) b_adjoint(d + b, 6, e + b);
    for (int a = 0; a < 6; ++a) b_adjoint(e + 6 * a, 1, d + 6 * a);
    for (int p = 0; p < 36; ++p) {
      const int yy = y0 + p / 6 - 1, xx = x0 + p % 6 - 1;
      if (yy < 0 || yy >= h || xx < 0 || xx >= w) continue;
      float* o = dx + place(i, yy, xx, h, w, c, k);
      for (int l = 0; l < LANES; ++l) o[l] += d[p][l];
    }
  });
}

// m [36,tiles,c] -> y [n,h,w,c]
void output_transform(const float* m, float* y, int n, int h, int w, int c) {
  const int tiles = n * (h / 4) * (w / 4);
  each(n, h, w, c, [=](int i, int64_t t, int y0, int x0, int k) {
    Lanes d[36], e[24], f[16];
    for (int p = 0; p < 36; ++p) copy(d[p], m + place(0, p, t, 36, tiles, c, k));
    for (int b = 0; b < 6; ++b) at(d + b, 6, e + b, 6);
    for (int a = 0; a < 4; ++a) at(e + 6 * a, 1, f + 4 * a, 1);
    for (int p = 0; p < 16; ++p) copy(y + place(i, y0 + p / 4, x0 + p % 4, h, w, c, k), f[p]);
  });
}

// dy [n,h,w,c] -> dm [36,tiles,c]
void output_transform_adjoint(const float* dy, float* dm, int n, int h, int w, int c) {
  const int tiles = n * (h / 4) * (w / 4);
  each(n, h, w, c, [=](int i, int64_t t, int y0, int x0, int k) {
    Lanes f[16], e[24], d[36];
    for (int p = 0; p < 16; ++p) copy(f[p], dy + place(i, y0 + p / 4, x0 + p % 4, h, w, c, k));
    for (int b = 0; b < 4; ++b) a_adjoint(f + b, 4, e + b, 4);
    for (int a = 0; a < 6; ++a) a_adjoint(e + 4 * a, 1, d + 6 * a, 1);
    for (int p = 0; p < 36; ++p) copy(dm + place(0, p, t, 36, tiles, c, k), d[p]);
  });
}

}  // extern "C"
