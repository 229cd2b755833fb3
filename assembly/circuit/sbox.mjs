// The constant of the AES S-box (FIPS 197 §5.1.1), which its gates (round.mjs) leave out. Bit 0 is the least significant.

export const CONSTANT = 0x63;
export const constantBits = [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (CONSTANT >> bit) & 1);
