// Hash, HMAC and DRBG on raw bytes in the io region, for the self-test, tests and tools. The DRBG has a working state of its own:
// nothing here reaches the vault's.
import { DRBG_SIZE, Drbg } from './drbg';
import { Hmac } from './hash/hmac';
import { Sha1 } from './hash/sha1';
import { IO_DATA, IO_OUT } from './layout';
import { BYTES, INNER, Secret } from './secret';
import { io } from './vault/memory';

const DRBG = memory.data(DRBG_SIZE, 16);

export class OneShot {
  /** SHA-1 of `length` bytes at IO_DATA, to IO_OUT. */
  static sha1(length: u32): void {
    Sha1.begin();
    Sha1.update(io + IO_DATA, length);
    Sha1.end(io + IO_OUT);
    Secret.wipe();
  }

  /** HMAC-SHA1 to IO_OUT; at IO_DATA the key (at most 64 bytes), then the message. */
  static hmac(keyLength: u32, length: u32): void {
    Hmac.states(io + IO_DATA, keyLength, INNER, BYTES);
    Hmac.digest(INNER, BYTES, io + IO_DATA + keyLength, length, io + IO_OUT);
    Secret.wipe();
  }

  /** At IO_DATA entropy, nonce, personalization string. */
  static drbgInstantiate(df: bool, entropy: u32, nonce: u32, personal: u32): void {
    const at = io + IO_DATA;
    Drbg.instantiate(DRBG, df, at, entropy, at + entropy, nonce, at + entropy + nonce, personal);
    Secret.wipe();
  }

  /** At IO_DATA entropy, additional input. */
  static drbgReseed(df: bool, entropy: u32, extra: u32): void {
    Drbg.reseed(DRBG, df, io + IO_DATA, entropy, io + IO_DATA + entropy, extra);
    Secret.wipe();
  }

  /** At IO_DATA additional input, replaced by the bytes generated. False when a reseed is due. */
  static drbgGenerate(df: bool, extra: u32, length: u32): bool {
    const ok = Drbg.generate(DRBG, df, io + IO_DATA, extra, io + IO_DATA, length);
    Secret.wipe();
    return ok;
  }
}
