// AES's S-box as tables of sixteen bytes: Hamburg, "Accelerating AES with Vector Permute Instructions", CHES 2009. All of it is computed
// here from FIPS 197's field.
//
// GF(2^8) is a square extension of its subfield GF(2^4): with z a root of z² + z + c, and z' = z + 1 the other, every byte is
//
//   x = i·z + j·z'  =  i + k·z'        i, j in GF(2^4), k = i + j;   code of x: i in the high nibble, k in the low one
//
// Its inverse is (i·z' + j·z) / N with N = c·k² + i·j. With a = 1/c
//
//   u = 1/i + a/k        io = 1/u + j = a·N / (k + a·i)
//   v = 1/j + a/k        jo = 1/v + i = a·N / (k + a·j)
//
// and i/N, j/N, thus 1/x, are linear in 1/io and 1/jo. So seven look-ups of a nibble each invert a byte, and the last two may yield any
// linear image of the inverse. 1/0 is INFINITY: it stays above 127 under the additions that follow, and whatever is above 127 looks up 0,
// which is 1/INFINITY. INFINITY + INFINITY is 0 and occurs in the byte 0 alone, where 1/0 is right again: what comes out is 0.

/** Multiplication in GF(2^8) modulo 0x11b (FIPS 197 §4.2). */
export function times(a, b) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) product = (product << 1) ^ ((product >> 7) * 0x11b) ^ (((b >> bit) & 1) * a);
  return product;
}

const BYTES = Array.from({ length: 256 }, (_, x) => x);
const NIBBLES = BYTES.slice(0, 16);
const power = (x, n) => (n === 0 ? 1 : times(x, power(x, n - 1)));
const inverse = (x) => BYTES.find((y) => times(x, y) === 1);
const conjugate = (x) => power(x, 16);

// A root of g⁴ + g + 1 spans the subfield: bit n of a nibble stands for gⁿ.
const g = BYTES.find((x) => power(x, 4) === (x ^ 1));
const element = NIBBLES.map((n) => [0, 1, 2, 3].reduce((sum, bit) => sum ^ (((n >> bit) & 1) * power(g, bit)), 0));
const nibble = (x) => element.indexOf(x);

const z = BYTES.find((x) => (x ^ conjugate(x)) === 1);
const c = times(z, conjugate(z));
const a = inverse(c);

/** Byte of a code, code of a byte: both linear. */
const decode = (code) => element[code >> 4] ^ times(element[code & 15], conjugate(z));
const CODES = BYTES.map((x) => BYTES.find((code) => decode(code) === x));
export const encode = (x) => CODES[x];

/** A above 127 looks up zero. */
const INFINITY = 0x80;
const quotients = (x) => NIBBLES.map((n) => (n === 0 ? INFINITY : nibble(times(x, inverse(element[n])))));
/** 1/n and a/n. */
export const [inverses, shares] = [quotients(1), quotients(a)];

/** The affine map of SubBytes without its constant (FIPS 197 §5.1.1), and what it undoes. */
const affine = (x) => [0, 1, 2, 3, 4].reduce((y, by) => y ^ (((x << by) | (x >> (8 - by))) & 0xff), 0);
const ORIGINS = BYTES.map((y) => BYTES.find((x) => affine(x) === y));

/** InvSubBytes inverts what A⁻¹ makes of a byte: decryption's code is that of A⁻¹(x). */
const encodeOrigin = (x) => encode(ORIGINS[x]);
const decodeOrigin = (code) => affine(decode(code));

/** Two tables whose sum at the two nibbles of a byte is `of` the byte; `of` is linear. */
const halves = (of) => ({ first: NIBBLES.map((n) => of(n)), second: NIBBLES.map((n) => of(n << 4)) });
export const [toCode, fromCode] = [halves(encode), halves(decode)];

/** To decryption's code, from bytes and from the other; times 2 and 4 within it. */
export const [toOrigin, codeToOrigin] = [halves(encodeOrigin), halves((code) => encodeOrigin(decode(code)))];
export const [twofold, fourfold] = [2, 4].map((n) => halves((code) => encodeOrigin(times(n, decodeOrigin(code)))));

/** Two tables whose sum at io and jo is `of` the inverse; `of` is linear. */
function outputs(of) {
  const b = a ^ 1; // i/N = (b/io + 1/jo) / a, j/N = (1/io + b/jo) / a
  const share = (ofI, ofJ) => times(inverse(a), times(ofI, conjugate(z)) ^ times(ofJ, z));
  const table = (factor) => NIBBLES.map((n) => (n === 0 ? 0 : of(times(factor, inverse(element[n])))));
  return { first: table(share(b, 1)), second: table(share(1, b)) };
}
/** SubBytes less its constant, as a code, doubled, and as a byte; then InvSubBytes, as decryption's code and as a byte. */
export const substituted = outputs((x) => encode(affine(x)));
export const doubled = outputs((x) => encode(times(2, affine(x))));
export const last = outputs(affine);
export const restored = outputs(encodeOrigin);
export const first = outputs((x) => x);
