// The AES S-box as data: the circuit of Boyar and Peralta (eprint 2009/191) as Yale's Circuit Minimization Team has made it smaller
// (SLP_AES_113), 113 gates, 32 of them AND, with XOR for its four XNORs.
//
// x0 is the most significant bit of the byte that goes in, s0 that of the byte that comes out. What the list computes is S(x) ^ 0x63:
// a constant passes through ShiftRows and MixColumns unchanged up to the next round key, so it is folded into round keys 1..10.

const GATES = `
y14 = x3 ^ x5;   y13 = x0 ^ x6;   y9 = x0 ^ x3;    y8 = x0 ^ x5;    t0 = x1 ^ x2;    y1 = t0 ^ x7;    y4 = y1 ^ x3
y12 = y13 ^ y14; y2 = y1 ^ x0;    y5 = y1 ^ x6;    y3 = y5 ^ y8;    t1 = x4 ^ y12;   y15 = t1 ^ x5;   y20 = t1 ^ x1
y6 = y15 ^ x7;   y10 = y15 ^ t0;  y11 = y20 ^ y9;  y7 = x7 ^ y11;   y17 = y10 ^ y11; y19 = y10 ^ y8;  y16 = t0 ^ y11
y21 = y13 ^ y16; y18 = x0 ^ y16
t2 = y12 & y15;  t3 = y3 & y6;    t4 = t3 ^ t2;    t5 = y4 & x7;    t6 = t5 ^ t2;    t7 = y13 & y16;  t8 = y5 & y1
t9 = t8 ^ t7;    t10 = y2 & y7;   t11 = t10 ^ t7;  t12 = y9 & y11;  t13 = y14 & y17; t14 = t13 ^ t12; t15 = y8 & y10
t16 = t15 ^ t12; t17 = t4 ^ t14;  t18 = t6 ^ t16;  t19 = t9 ^ t14;  t20 = t11 ^ t16; t21 = t17 ^ y20; t22 = t18 ^ y19
t23 = t19 ^ y21; t24 = t20 ^ y18; t25 = t21 ^ t22; t26 = t21 & t23; t27 = t24 ^ t26; t28 = t25 & t27; t29 = t28 ^ t22
t30 = t23 ^ t24; t31 = t22 ^ t26; t32 = t31 & t30; t33 = t32 ^ t24; t34 = t23 ^ t33; t35 = t27 ^ t33; t36 = t24 & t35
t37 = t36 ^ t34; t38 = t27 ^ t36; t39 = t29 & t38; t40 = t25 ^ t39; t41 = t40 ^ t37; t42 = t29 ^ t33; t43 = t29 ^ t40
t44 = t33 ^ t37; t45 = t42 ^ t41
z0 = t44 & y15;  z1 = t37 & y6;   z2 = t33 & x7;   z3 = t43 & y16;  z4 = t40 & y1;   z5 = t29 & y7;   z6 = t42 & y11
z7 = t45 & y17;  z8 = t41 & y10;  z9 = t44 & y12;  z10 = t37 & y3;  z11 = t33 & y4;  z12 = t43 & y13; z13 = t40 & y5
z14 = t29 & y2;  z15 = t42 & y9;  z16 = t45 & y14; z17 = t41 & y8
t46 = z15 ^ z16; t47 = z10 ^ t46; t48 = z9 ^ t47;  t49 = z0 ^ z2;   t50 = z1 ^ z0;   t51 = z3 ^ z4;   t52 = z12 ^ t49
t53 = z7 ^ t51;  t54 = z8 ^ t52;  t55 = t53 ^ t54; t56 = t51 ^ t50; t57 = z3 ^ z5;   t58 = z13 ^ t46; t59 = t49 ^ t57
s3 = t48 ^ t56;  t60 = z6 ^ t53;  t61 = z14 ^ t55; t62 = t58 ^ t59; s7 = z12 ^ t62;  t63 = z15 ^ t60; t64 = t47 ^ z11
s6 = t55 ^ t62;  s4 = t59 ^ s3;   s1 = s3 ^ t60;   t65 = t61 ^ t63; s2 = t65 ^ z17;  s5 = t64 ^ t61;  s0 = t48 ^ t60`;

/** One gate: `out = a op b`, op is `^` or `&`. */
export const gates = [...GATES.matchAll(/(\w+) = (\w+) ([\^&]) (\w+)/g)].map(([, out, a, op, b]) => ({
  out,
  a,
  op,
  b,
}));

/** The constant left out above (FIPS 197 §5.1.1), and its bits: bit 0 is the least significant. */
export const CONSTANT = 0x63;
export const constantBits = [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (CONSTANT >> bit) & 1);
