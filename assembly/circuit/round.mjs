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
// Which of several terms is added first, and what is written before what, is free, and decides a tenth of the time: how often an engine with 16
// registers puts a plane away and fetches it again, and how far apart operations are that wait for each other. This order was found by
// scripts/order-round.mjs, which tries and measures, in two engines at once (bench/PROFILE.md, "The order of a round"). Whatever computes the same, in
// an order in which nothing is used before it is made, is right.

const OPERATIONS = `
y13 = x0 ^ x6; y14 = x5 ^ x3; t0 = x2 ^ x1; y9 = x0 ^ x3; y1 = t0 ^ x7; y12 = y14 ^ y13; t1 = y12 ^ x4; y15 = t1 ^ x5; y5 = y1 ^ x6
y20 = x1 ^ t1; y8 = x0 ^ x5; y11 = y9 ^ y20; y10 = t0 ^ y15; y4 = y1 ^ x3; t12 = y11 & y9; y17 = y11 ^ y10; y2 = x0 ^ y1; t15 = y10 & y8
t16 = t12 ^ t15; y6 = x7 ^ y15; y16 = t0 ^ y11; t2 = y15 & y12; t7 = y16 & y13; t13 = y14 & y17; t14 = t12 ^ t13; y3 = y8 ^ y5
y7 = x7 ^ y11; t3 = y6 & y3; t4 = y20 ^ t2; t17 = t3 ^ t4; t21 = t14 ^ t17; t8 = y1 & y5; y21 = t8 ^ y13; t9 = y21 ^ y16; t19 = t7 ^ t9
t23 = t19 ^ t14; t26 = t23 & t21; t10 = y2 & y7; t11 = t16 ^ t7; y18 = y16 ^ x0; t20 = t11 ^ y18; t24 = t10 ^ t20; t5 = x7 & y4
y19 = t2 ^ y8; t6 = t16 ^ y19; t18 = y10 ^ t6; t22 = t5 ^ t18; t31 = t26 ^ t22; t30 = t23 ^ t24; t32 = t31 & t30; t33 = t32 ^ t24
t27 = t26 ^ t24; t25 = t22 ^ t21; t35 = t27 ^ t33; t36 = t24 & t35; t28 = t25 & t27; t29 = t28 ^ t22; t42 = t29 ^ t33; t38 = t27 ^ t36
t39 = t29 & t38; t40 = t25 ^ t39; t34 = t23 ^ t33; t37 = t36 ^ t34; t43 = t40 ^ t29; t41 = t37 ^ t40; t44 = t37 ^ t33; z3 = t43 & y16
z12 = y13 & t43; t45 = t41 ^ t42; z0 = y15 & t44; z15 = y9 & t42; z16 = t45 & y14; t46 = z15 ^ z16; z10 = y3 & t37; t47 = t46 ^ z10
z4 = y1 & t40; t51 = z3 ^ z4; z2 = t33 & x7; t49 = z0 ^ z2; z9 = y12 & t44; t48 = t47 ^ z9; z7 = y17 & t45; t53 = z7 ^ t51; z1 = t37 & y6
t50 = z0 ^ z1; t56 = t50 ^ t48; s3 = t56 ^ t51; z5 = y7 & t29; t57 = z5 ^ t49; t59 = t57 ^ z3; s4 = t59 ^ s3; z6 = t42 & y11; t60 = t53 ^ z6
s0 = t60 ^ t48; r4 = s4 ~ 1; r3 = s3 ~ 1; m4 = r4 ^ s4; r0 = s0 ~ 1; m0 = r0 ^ s0; z13 = y5 & t40; t58 = t59 ^ z13; t62 = t46 ^ t58
z8 = t41 & y10; t52 = t49 ^ z8; t54 = z12 ^ t52; t55 = t54 ^ t53; s7 = z12 ^ t62; z14 = y2 & t29; t61 = z14 ^ t55; z11 = y4 & t33
t64 = t47 ^ z11; s5 = t64 ^ t61; r5 = s5 ~ 1; m5 = r5 ^ s5; s1 = t60 ^ s3; r1 = s1 ~ 1; m1 = r1 ^ s1; z17 = t41 & y8; t63 = z15 ^ z17
t65 = t63 ^ t60; s2 = t61 ^ t65; m3 = r3 ^ s3; r7 = s7 ~ 1; r2 = s2 ~ 1; s6 = t62 ^ t55; m7 = s7 ^ r7; m2 = r2 ^ s2; r6 = s6 ~ 1
m6 = r6 ^ s6; p4 = m4 ~ 2; c0 = m5 ^ p4; c1 = c0 ^ r4; c2 = c1 ^ k4; b4 = c2 ^ m0; p7 = m7 ~ 2; c7 = k7 ^ p7; c11 = c7 ^ r7; b7 = m0 ^ c11
p5 = m5 ~ 2; c14 = m6 ^ p5; c15 = k5 ^ c14; b5 = c15 ^ r5; p1 = m1 ~ 2; c4 = p1 ^ k1; c6 = c4 ^ r1; b1 = c6 ^ m2; c3 = m7 ^ k6
c16 = m0 ^ r6; c17 = c3 ^ c16; p6 = m6 ~ 2; b6 = c17 ^ p6; c13 = r0 ^ k0; p0 = m0 ~ 2; c18 = c13 ^ p0; b0 = c18 ^ m1; p2 = m2 ~ 2
c5 = r2 ^ k2; c12 = p2 ^ c5; b2 = m3 ^ c12; p3 = m3 ~ 2; c8 = k3 ^ m4; c9 = p3 ^ c8; c10 = m0 ^ c9; b3 = r3 ^ c10`;

/** One operation: `out = a op b`. `^` and `&` of two wires, or `~`: wire `a` with every column turned up by `b` rows. */
export const operations = [...OPERATIONS.matchAll(/(\w+) = (\w+) ([\^&~]) (\w+)/g)].map(([, out, a, op, b]) => ({
  out,
  a,
  op,
  b,
}));

/** Those of the S-box: 113 gates from x0..x7 to s0..s7; and the others. */
export const gates = operations.filter(({ out }) => /^[ytzs]/.test(out));
export const linear = operations.filter((operation) => !gates.includes(operation));

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
