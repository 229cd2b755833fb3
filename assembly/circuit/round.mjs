// A round of AES over planes, as a list of operations: SubBytes without its constant, MixColumns, AddRoundKey.
//
//   x  state, k  round key, b  state after the round       one wire a bit, 0 the most significant
//   y t z s      the S-box; what comes out of it, S(x) ^ 0x63, is s. The constant passes through ShiftRows and MixColumns unchanged up to the next
//                round key, so it is folded into round keys 1..10
//   r  s one row up     m = s ^ r     p  m two rows up     b = 2m ^ r ^ p ^ k (linear.mjs), c its sums
//
// The S-box is the circuit of Boyar and Peralta (eprint 2009/191) as Yale's Circuit Minimization Team has made it smaller (SLP_AES_113): 113 gates,
// 32 of them AND, with XOR for its four XNORs.
//
// Which of several terms is added first, and what is written before what, is free, and decides a fifth of the time: how often an engine with 16
// registers puts a plane away and fetches it again, and how far apart operations are that wait for each other. Found by scripts/order-round.mjs, which
// tries and measures (bench/PROFILE.md, "The order of a round"): once for engines that order a block of code themselves, from its end backwards, operand by operand (V8
// up to 12), once for those that leave it as it is written.

const ANEW = `
y14 = x5 ^ x3; t0 = x2 ^ x1; y13 = x0 ^ x6; y12 = y14 ^ y13; t1 = y12 ^ x4; y15 = t1 ^ x5; y9 = x0 ^ x3; y20 = x1 ^ t1; y1 = t0 ^ x7
y11 = y9 ^ y20; y16 = t0 ^ y11; y8 = x0 ^ x5; y2 = x0 ^ y1; y5 = y1 ^ x6; y3 = y8 ^ y5; t12 = y11 & y9; y6 = x7 ^ y15; t2 = y15 & y12
y7 = x7 ^ y11; y4 = y1 ^ x3; y10 = t0 ^ y15; y17 = y11 ^ y10; t13 = y14 & y17; t14 = t12 ^ t13; t15 = y10 & y8; t16 = t12 ^ t15
t7 = y16 & y13; t3 = y6 & y3; t4 = y20 ^ t2; t17 = t14 ^ t4; t21 = t3 ^ t17; t10 = y2 & y7; y18 = t16 ^ y16; t11 = y18 ^ x0; t20 = t11 ^ t7
t24 = t10 ^ t20; y21 = y16 ^ y13; t19 = t14 ^ y21; t8 = y1 & y5; t9 = t8 ^ t7; t23 = t19 ^ t9; t26 = t23 & t21; t5 = x7 & y4; y19 = t2 ^ t5
t18 = t16 ^ y19; t6 = y8 ^ t18; t22 = y10 ^ t6; t25 = t22 ^ t21; t27 = t26 ^ t24; t31 = t26 ^ t22; t30 = t23 ^ t24; t32 = t31 & t30
t33 = t32 ^ t24; t28 = t25 & t27; t29 = t28 ^ t22; t35 = t27 ^ t33; t36 = t24 & t35; t42 = t29 ^ t33; z15 = y9 & t42; t38 = t27 ^ t36
t39 = t29 & t38; t40 = t25 ^ t39; t34 = t23 ^ t33; t37 = t36 ^ t34; t43 = t40 ^ t29; z12 = y13 & t43; t44 = t37 ^ t33; t41 = t37 ^ t40
z3 = t43 & y16; t45 = t41 ^ t42; z4 = y1 & t40; t51 = z3 ^ z4; z0 = y15 & t44; z2 = t33 & x7; t49 = z0 ^ z2; z16 = t45 & y14; t46 = z15 ^ z16
z7 = y17 & t45; t53 = z7 ^ t51; z5 = y7 & t29; t57 = z5 ^ t49; t59 = t57 ^ z3; z8 = t41 & y10; t52 = t49 ^ z12; t54 = z8 ^ t52
t55 = t54 ^ t53; z10 = y3 & t37; t47 = t46 ^ z10; z13 = y5 & t40; t58 = z13 ^ t59; t62 = t46 ^ t58; s6 = t62 ^ t55; z9 = y12 & t44
t48 = t47 ^ z9; z1 = t37 & y6; t50 = t51 ^ z1; t56 = t50 ^ z0; s3 = t56 ^ t48; z6 = t42 & y11; t60 = t53 ^ z6; z14 = y2 & t29
t61 = z14 ^ t55; z11 = y4 & t33; t64 = z11 ^ t47; s5 = t64 ^ t61; s4 = t59 ^ s3; r4 = s4 ~ 1; s0 = t60 ^ t48; s1 = t60 ^ s3; r5 = s5 ~ 1
z17 = t41 & y8; t63 = z17 ^ z15; t65 = t60 ^ t61; s2 = t63 ^ t65; r2 = s2 ~ 1; m5 = r5 ^ s5; m2 = r2 ^ s2; r0 = s0 ~ 1; m0 = r0 ^ s0
r6 = s6 ~ 1; m4 = r4 ^ s4; r1 = s1 ~ 1; r3 = s3 ~ 1; s7 = z12 ^ t62; m1 = r1 ^ s1; r7 = s7 ~ 1; m3 = r3 ^ s3; m6 = r6 ^ s6; m7 = s7 ^ r7
p7 = m7 ~ 2; c6 = r7 ^ k7; c7 = c6 ^ m0; b7 = p7 ^ c7; c2 = m0 ^ r6; p6 = m6 ~ 2; c11 = c2 ^ p6; c12 = k6 ^ m7; b6 = c11 ^ c12
p0 = m0 ~ 2; c15 = p0 ^ m1; c13 = k0 ^ r0; b0 = c15 ^ c13; p5 = m5 ~ 2; c18 = p5 ^ m6; c4 = r5 ^ k5; b5 = c18 ^ c4; p2 = m2 ~ 2
c10 = r2 ^ k2; c14 = p2 ^ c10; b2 = m3 ^ c14; c9 = k1 ^ r1; p1 = m1 ~ 2; c16 = c9 ^ p1; b1 = c16 ^ m2; p3 = m3 ~ 2; c0 = k3 ^ m0
c5 = c0 ^ r3; c17 = m4 ^ c5; b3 = p3 ^ c17; p4 = m4 ~ 2; c1 = p4 ^ r4; c3 = c1 ^ m5; c8 = c3 ^ k4; b4 = c8 ^ m0`;

const AS_WRITTEN = `
t0 = x1 ^ x2; y9 = x0 ^ x3; y14 = x3 ^ x5; y13 = x0 ^ x6; y12 = y13 ^ y14; y8 = x0 ^ x5; t1 = x4 ^ y12; y15 = t1 ^ x5; y1 = t0 ^ x7
y20 = t1 ^ x1; y11 = y20 ^ y9; y16 = t0 ^ y11; y5 = y1 ^ x6; y7 = x7 ^ y11; y4 = y1 ^ x3; t7 = y13 & y16; y6 = y15 ^ x7; t12 = y9 & y11
y10 = y15 ^ t0; y2 = y1 ^ x0; y3 = y5 ^ y8; t15 = y8 & y10; t16 = t15 ^ t12; t2 = y12 & y15; y17 = y10 ^ y11; t13 = y14 & y17
t14 = t13 ^ t12; t8 = y5 & y1; t9 = t8 ^ y13; t19 = y16 ^ t7; y21 = t9 ^ t19; t23 = y21 ^ t14; t10 = y2 & y7; t20 = t10 ^ x0; y18 = y16 ^ t7
t11 = y18 ^ t16; t24 = t20 ^ t11; t3 = y3 & y6; t4 = t2 ^ t3; t17 = t4 ^ y20; t21 = t17 ^ t14; t18 = t2 ^ t16; t5 = y4 & x7; t6 = t18 ^ t5
y19 = y10 ^ y8; t22 = t6 ^ y19; t26 = t21 & t23; t31 = t22 ^ t26; t30 = t23 ^ t24; t32 = t31 & t30; t33 = t32 ^ t24; t25 = t21 ^ t22
t27 = t24 ^ t26; t35 = t27 ^ t33; t36 = t24 & t35; t28 = t25 & t27; t29 = t28 ^ t22; t38 = t27 ^ t36; t39 = t29 & t38; t40 = t25 ^ t39
t42 = t29 ^ t33; z15 = t42 & y9; t43 = t29 ^ t40; t34 = t23 ^ t33; t37 = t34 ^ t36; t41 = t40 ^ t37; z3 = t43 & y16; t44 = t33 ^ t37
t45 = t42 ^ t41; z0 = t44 & y15; z16 = t45 & y14; t46 = z15 ^ z16; z4 = t40 & y1; t51 = z3 ^ z4; z2 = t33 & x7; t49 = z0 ^ z2
z12 = t43 & y13; z5 = t29 & y7; t57 = z5 ^ z3; t59 = t57 ^ t49; z7 = t45 & y17; t53 = z7 ^ t51; z6 = t42 & y11; t60 = z6 ^ t53
t52 = t49 ^ z12; z8 = t41 & y10; t54 = t52 ^ z8; t55 = t54 ^ t53; t58 = t59 ^ t46; z13 = t40 & y5; t62 = t58 ^ z13; s6 = t55 ^ t62
z10 = t37 & y3; t47 = z10 ^ t46; z9 = t44 & y12; t48 = z9 ^ t47; s7 = z12 ^ t62; r7 = s7 ~ 1; m7 = s7 ^ r7; r6 = s6 ~ 1; z14 = t29 & y2
t61 = z14 ^ t55; t65 = t61 ^ z15; z17 = t41 & y8; t63 = t60 ^ z17; s2 = t65 ^ t63; r2 = s2 ~ 1; z1 = t37 & y6; t50 = z1 ^ t51
t56 = t50 ^ z0; s3 = t56 ^ t48; s0 = t48 ^ t60; r3 = s3 ~ 1; m3 = s3 ^ r3; s1 = s3 ^ t60; z11 = t33 & y4; t64 = t47 ^ z11; s5 = t64 ^ t61
m6 = s6 ^ r6; r5 = s5 ~ 1; s4 = t59 ^ s3; r0 = s0 ~ 1; m5 = s5 ^ r5; r4 = s4 ~ 1; m4 = s4 ^ r4; r1 = s1 ~ 1; m0 = s0 ^ r0; m1 = s1 ^ r1
m2 = s2 ^ r2; p5 = m5 ~ 2; c3 = p5 ^ k5; c0 = r5 ^ m6; b5 = c3 ^ c0; c1 = k6 ^ r6; c6 = m7 ^ c1; p6 = m6 ~ 2; c5 = m0 ^ p6; b6 = c6 ^ c5
c2 = k7 ^ r7; c7 = c2 ^ m0; p7 = m7 ~ 2; b7 = c7 ^ p7; c10 = r0 ^ m1; p0 = m0 ~ 2; c11 = c10 ^ p0; b0 = c11 ^ k0; c8 = r3 ^ m0
c4 = m4 ^ k3; c9 = c8 ^ c4; p3 = m3 ~ 2; b3 = c9 ^ p3; c15 = m3 ^ k2; p2 = m2 ~ 2; c16 = c15 ^ p2; b2 = c16 ^ r2; c13 = m5 ^ k4
c12 = m0 ^ r4; c14 = c13 ^ c12; p4 = m4 ~ 2; b4 = c14 ^ p4; p1 = m1 ~ 2; c18 = p1 ^ k1; c17 = r1 ^ m2; b1 = c18 ^ c17`;

/** One operation: `out = a op b`. `^` and `&` of two wires, or `~`: wire `a` with every column turned up by `b` rows. */
const parse = (text) =>
  [...text.matchAll(/(\w+) = (\w+) ([\^&~]) (\w+)/g)].map(([, out, a, op, b]) => ({ out, a, op, b }));

/** The same round twice. */
export const rounds = { anew: parse(ANEW), asWritten: parse(AS_WRITTEN) };

/** Of a round's operations the S-box: 113 gates from x0..x7 to s0..s7. */
export const gatesOf = (operations) => operations.filter(({ out }) => /^[ytzs]/.test(out));

/** The bit that a wire's number stands for. */
export const bitOf = (wire) => 7 - Number(wire.slice(1));

/** By name, wires 0..7 of a letter: `plane(bit)` each, bit 0 first. */
export const wires = (letter, plane) => [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => [`${letter}${7 - bit}`, plane(bit)]);

/**
 * Writes operations one after the other. `planes`: what there is by name, a plane or a function that makes it, called where it is first used; what the
 * operations make is added. `turn(plane, rows)` is for `~`, `made(name, plane)` hears of each as it is made.
 */
export function write(e, operations, planes, turn, made) {
  const plane = (name) => {
    const found = planes.get(name);
    if (typeof found !== 'function') return found;
    planes.set(name, found());
    return planes.get(name);
  };
  for (const { out, a, op, b } of operations) {
    const result =
      op === '~' ? turn(plane(a), Number(b)) : op === '^' ? e.xor(plane(a), plane(b)) : e.and(plane(a), plane(b));
    planes.set(out, result);
    made?.(out, result);
  }
}
