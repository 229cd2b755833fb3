// The order in which keys are visited.

/**
 * Which key each packet is for: every key comes once before one comes again, and no key follows its neighbour in memory.
 * As many packets as whole batches need to have visited every key.
 */
export function keyOrder(keys: number, batch: number): number[] {
  let stride = Math.floor(keys * 0.618) || 1;
  while (gcd(stride, keys) !== 1) stride++;
  return Array.from({ length: Math.ceil(keys / batch) * batch }, (_, i) => (i * stride) % keys);
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
