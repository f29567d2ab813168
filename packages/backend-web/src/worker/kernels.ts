// WGSL for vectors on the graphics card. Workgroups of 64 invocations.

export const WORKGROUP = 64

/** Vectors besides `out` that one dispatch of {@link combination} can read: of WebGPU's 8 storage buffers one is `out`. */
export const MAX_SOURCES = 7

/**
 * `out_k = sum_i weight_i v_i[k]`, term by term, for as many terms as there are; slot 0 is `out` itself, which cannot be
 * bound twice. The order of the terms decides the rounding and does not depend on what `out` is.
 */
export const combination: string = `
struct Parameters { length: u32, count: u32, stride: u32, unused: u32, terms: array<vec4u, 16> }
@group(0) @binding(0) var<storage, read_write> target_: array<f32>;
${Array.from({ length: MAX_SOURCES }, (_, n) => `@group(0) @binding(${n + 1}) var<storage, read> v${n + 1}: array<f32>;`).join('\n')}
@group(0) @binding(${MAX_SOURCES + 1}) var<uniform> parameters: Parameters;

fn value(slot: u32, k: u32) -> f32 {
  switch slot {
    ${Array.from({ length: MAX_SOURCES }, (_, n) => `case ${n + 1}u: { return v${n + 1}[k]; }`).join('\n    ')}
    default: { return target_[k]; }
  }
}

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var k = id.x; k < parameters.length; k += parameters.stride) {
    var sum = 0.0;
    for (var i = 0u; i < parameters.count; i++) {
      let term = parameters.terms[i];
      let product = bitcast<f32>(term.x) * value(term.y, k);
      sum = select(sum + product, product, i == 0u);
    }
    target_[k] = sum;
  }
}
`

/** Largest biased exponents of two vectors, `result[0]` and `result[1]`; 255 says that one holds a NaN or an infinity. */
export const largestExponent: string = `
struct Parameters { length: u32, stride: u32 }
@group(0) @binding(0) var<storage, read> a: array<u32>;
@group(0) @binding(1) var<storage, read> b: array<u32>;
@group(0) @binding(2) var<storage, read_write> result: array<atomic<u32>>;
@group(0) @binding(3) var<uniform> parameters: Parameters;

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  var largest = vec2u(0u);
  for (var k = id.x; k < parameters.length; k += parameters.stride) {
    largest = max(largest, vec2u((a[k] >> 23u) & 255u, (b[k] >> 23u) & 255u));
  }
  atomicMax(&result[0], largest.x);
  atomicMax(&result[1], largest.y);
}
`

/**
 * Sums of products without any rounding: WGSL has no float64, and its compilers may undo what compensated sums rely on,
 * but integers are exact everywhere.
 *
 * A product of two mantissas has 48 bits; moved left by up to 56, according to its exponent, it is added to a 128-bit
 * integer. Products 2^-104 times the largest possible are the smallest that count. 2^22 products fit in one sum.
 * `mode` 0 sums `a b`, 1 sums `a a - 2 a b + b b`. Each workgroup leaves four 32-bit limbs, lowest first, from
 * `result[4]` on. Exponents count from the largest of each vector, in `mode` 1 from that of both.
 */
export const exactSum: string = `
struct Parameters { length: u32, stride: u32, mode: u32 }
@group(0) @binding(0) var<storage, read> a: array<u32>;
@group(0) @binding(1) var<storage, read> b: array<u32>;
@group(0) @binding(2) var<storage, read_write> result: array<u32>;
@group(0) @binding(3) var<uniform> parameters: Parameters;
var<workgroup> sums: array<vec4u, ${WORKGROUP}>;

fn add(x: vec4u, y: vec4u) -> vec4u {
  let s0 = x.x + y.x;
  let c0 = u32(s0 < x.x);
  let t1 = x.y + y.y;
  let s1 = t1 + c0;
  let c1 = u32(t1 < x.y) + u32(s1 < t1);
  let t2 = x.z + y.z;
  let s2 = t2 + c1;
  let c2 = u32(t2 < x.z) + u32(s2 < t2);
  return vec4u(s0, s1, s2, x.w + y.w + c2);
}

fn mantissa(bits: u32) -> u32 {
  let fraction = bits & 0x7fffffu;
  return select(fraction | 0x800000u, fraction, (bits & 0x7f800000u) == 0u);
}

fn exponent(bits: u32) -> i32 {
  return max(i32((bits >> 23u) & 255u), 1);
}

// x y 2^(exponents - largest + 56), negated where asked for; largest is the sum of the largest exponents.
fn product(x: u32, y: u32, largest: i32, negate: bool) -> vec4u {
  let m = mantissa(x);
  let n = mantissa(y);
  // 24 x 24 bits from halves of 12.
  let low = (m & 4095u) * (n & 4095u);
  let middle = (m & 4095u) * (n >> 12u) + (m >> 12u) * (n & 4095u);
  let high = (m >> 12u) * (n >> 12u);
  let below = low + ((middle & 4095u) << 12u);
  let p0 = (below & 0xffffffu) | (((high + (middle >> 12u) + (below >> 24u)) & 255u) << 24u);
  let p1 = (high + (middle >> 12u) + (below >> 24u)) >> 8u;
  let shift = exponent(x) + exponent(y) - largest + 56;
  var moved = vec4u(0u);
  if (shift >= 0) {
    let limbs = u32(shift) >> 5u;
    let bits = u32(shift) & 31u;
    let q0 = p0 << bits;
    let q1 = (p1 << bits) | select(0u, p0 >> ((32u - bits) & 31u), bits > 0u);
    let q2 = select(0u, p1 >> ((32u - bits) & 31u), bits > 0u);
    if (limbs == 0u) { moved = vec4u(q0, q1, q2, 0u); }
    else { moved = vec4u(0u, q0, q1, q2); }
  } else if (shift > -48) {
    let right = u32(-shift);
    if (right < 32u) { moved = vec4u((p0 >> right) | select(0u, p1 << ((32u - right) & 31u), right > 0u), p1 >> right, 0u, 0u); }
    else { moved = vec4u(p1 >> (right - 32u), 0u, 0u, 0u); }
  }
  let negative = (((x ^ y) >> 31u) == 1u) != negate;
  if (negative) { return add(~moved, vec4u(1u, 0u, 0u, 0u)); }
  return moved;
}

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let ofA = max(i32(result[0]), 1);
  let ofB = max(i32(result[1]), 1);
  let largest = select(ofA + ofB, 2 * max(ofA, ofB), parameters.mode == 1u);
  var sum = vec4u(0u);
  for (var k = id.x; k < parameters.length; k += parameters.stride) {
    let x = a[k];
    let y = b[k];
    if (parameters.mode == 0u) {
      sum = add(sum, product(x, y, largest, false));
    } else {
      // All four are cut off at the same bit, so that equal vectors give exactly 0.
      let both = product(x, y, largest, true);
      sum = add(add(sum, both), both);
      sum = add(sum, product(x, x, largest, false));
      sum = add(sum, product(y, y, largest, false));
    }
  }
  sums[local] = sum;
  workgroupBarrier();
  for (var half = ${WORKGROUP / 2}u; half > 0u; half >>= 1u) {
    if (local < half) { sums[local] = add(sums[local], sums[local + half]); }
    workgroupBarrier();
  }
  if (local == 0u) {
    let at = 4u + 4u * group.x;
    result[at] = sums[0].x;
    result[at + 1u] = sums[0].y;
    result[at + 2u] = sums[0].z;
    result[at + 3u] = sums[0].w;
  }
}
`
