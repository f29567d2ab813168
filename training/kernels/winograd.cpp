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

}  // namespace

extern "C" {

// x [n,h,w,c] -> v [36, n*(h/4)*(w/4), c]
void input_transform(const float* x, float* v, int n, int h, int w, int c) {
  const int th = h / 4, tw = w / 4;
  const int64_t tiles = (int64_t)n * th * tw;
#pragma omp parallel for
  for (int64_t t = 0; t < tiles; ++t) {
    const int i = t / (th * tw), y0 = (t / tw % th) * 4 - 1, x0 = (t % tw) * 4 - 1;
    for (int k = 0; k < c; k += LANES) {
      Lanes d[36], e[36];
      for (int a = 0; a < 6; ++a)
        for (int b = 0; b < 6; ++b) {
          const int yy = y0 + a, xx = x0 + b;
          if (yy < 0 || yy >= h || xx < 0 || xx >= w) memset(d[a * 6 + b], 0, sizeof(Lanes));
          else memcpy(d[a * 6 + b], x + (((int64_t)i * h + yy) * w + xx) * c + k, sizeof(Lanes));
        }
      for (int b = 0; b < 6; ++b) bt(d + b, 6, e + b);
      for (int a = 0; a < 6; ++a) bt(e + 6 * a, 1, d + 6 * a);
      for (int p = 0; p < 36; ++p) memcpy(v + (p * tiles + t) * c + k, d[p], sizeof(Lanes));
    }
  }
}

// dv [36, tiles, c] -> dx [n,h,w,c]
void input_transform_adjoint(const float* dv, float* dx, int n, int h, int w, int c) {
  const int th = h / 4, tw = w / 4;
  const int64_t tiles = (int64_t)n * th * tw;
#pragma omp parallel for
  for (int i = 0; i < n; ++i) {
    memset(dx + (int64_t)i * h * w * c, 0, sizeof(float) * h * w * c);
    for (int q = 0; q < th * tw; ++q) {
      const int64_t t = (int64_t)i * th * tw + q;
      const int y0 = (q / tw) * 4 - 1, x0 = (q % tw) * 4 - 1;
      for (int k = 0; k < c; k += LANES) {
        Lanes d[36], e[36];
        for (int p = 0; p < 36; ++p) memcpy(d[p], dv + (p * tiles + t) * c + k, sizeof(Lanes));
        for (int b = 0; b < 6; ++b) b_adjoint(d + b, 6, e + b);
        for (int a = 0; a < 6; ++a) b_adjoint(e + 6 * a, 1, d + 6 * a);
        for (int a = 0; a < 6; ++a)
          for (int b = 0; b < 6; ++b) {
            const int yy = y0 + a, xx = x0 + b;
            if (yy < 0 || yy >= h || xx < 0 || xx >= w) continue;
            float* o = dx + (((int64_t)i * h + yy) * w + xx) * c + k;
            for (int l = 0; l < LANES; ++l) o[l] += d[a * 6 + b][l];
          }
      }
    }
  }
}

// m [36, tiles, c] -> y [n,h,w,c]
void output_transform(const float* m, float* y, int n, int h, int w, int c) {
  const int th = h / 4, tw = w / 4;
  const int64_t tiles = (int64_t)n * th * tw;
#pragma omp parallel for
  for (int64_t t = 0; t < tiles; ++t) {
    const int i = t / (th * tw), y0 = (t / tw % th) * 4, x0 = (t % tw) * 4;
    for (int k = 0; k < c; k += LANES) {
      Lanes d[36], e[24], f[16];
      for (int p = 0; p < 36; ++p) memcpy(d[p], m + (p * tiles + t) * c + k, sizeof(Lanes));
      for (int b = 0; b < 6; ++b) at(d + b, 6, e + b, 6);
      for (int a = 0; a < 4; ++a) at(e + 6 * a, 1, f + 4 * a, 1);
      for (int a = 0; a < 4; ++a)
        for (int b = 0; b < 4; ++b) memcpy(y + (((int64_t)i * h + y0 + a) * w + x0 + b) * c + k, f[a * 4 + b], sizeof(Lanes));
    }
  }
}

// dy [n,h,w,c] -> dm [36, tiles, c]
void output_transform_adjoint(const float* dy, float* dm, int n, int h, int w, int c) {
  const int th = h / 4, tw = w / 4;
  const int64_t tiles = (int64_t)n * th * tw;
#pragma omp parallel for
  for (int64_t t = 0; t < tiles; ++t) {
    const int i = t / (th * tw), y0 = (t / tw % th) * 4, x0 = (t % tw) * 4;
    for (int k = 0; k < c; k += LANES) {
      Lanes f[16], e[24], d[36];
      for (int a = 0; a < 4; ++a)
        for (int b = 0; b < 4; ++b) memcpy(f[a * 4 + b], dy + (((int64_t)i * h + y0 + a) * w + x0 + b) * c + k, sizeof(Lanes));
      for (int b = 0; b < 4; ++b) a_adjoint(f + b, 4, e + b, 4);
      for (int a = 0; a < 6; ++a) a_adjoint(e + 4 * a, 1, d + 6 * a, 1);
      for (int p = 0; p < 36; ++p) memcpy(dm + (p * tiles + t) * c + k, d[p], sizeof(Lanes));
    }
  }
}

}  // extern "C"
