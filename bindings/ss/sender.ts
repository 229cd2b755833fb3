// Block 120 of the patent's Figure 10: signs a Key Request and sends it as one management PDU (EC = 0) on the primary connection.
import type { AkKeys } from '../kdf/pkmv1.js';
import { encodeManagement } from '../pdu/index.js';
import { encodeKeyRequest, type KeyRequest } from '../pkm/index.js';
import type { Outbox } from '../sa/outbox.js';
import type { SsSettings } from './options.js';
import type { SsEvent, SsWork } from './types.js';

export class Sender {
  readonly #settings: SsSettings;
  readonly #keys: AkKeys;
  readonly #out: Outbox<SsEvent, SsWork>;

  constructor(settings: SsSettings, keys: AkKeys, out: Outbox<SsEvent, SsWork>) {
    this.#settings = settings;
    this.#keys = keys;
    this.#out = out;
  }

  keyRequest(body: KeyRequest): void {
    const { core, profile, identity, crc, bs, onPdu } = this.#settings;
    const message = encodeKeyRequest(profile, body, (covered) => core.keys.hmac(this.#keys.hmacUp, covered));
    const pdu = encodeManagement(identity.primaryCid, message, crc);
    onPdu?.(pdu, 'up');
    this.#out.send(bs, pdu);
    this.#out.count('keyRequests');
  }
}
