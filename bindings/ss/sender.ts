// Block 120 of the patent's Figure 10: signs a Key Request and sends it as one management PDU (EC = 0) on the primary connection.
import { encodeManagement } from '../pdu/index.js';
import { encodeKeyRequest, type KeyRequest } from '../pkm/index.js';
import type { Outbox } from '../sa/outbox.js';
import type { AkInUse } from './aks.js';
import type { SsSettings } from './options.js';
import type { SsEvent, SsWork } from './types.js';

/** Block 120 of the patent: signs Key Requests and hands them out. */
export class Sender {
  readonly #settings: SsSettings;
  readonly #out: Outbox<SsEvent, SsWork>;

  constructor(settings: SsSettings, out: Outbox<SsEvent, SsWork>) {
    this.#settings = settings;
    this.#out = out;
  }

  keyRequest(body: KeyRequest, { keys }: AkInUse): void {
    const { core, profile, identity, crc, bs, onPdu } = this.#settings;
    const message = encodeKeyRequest(profile, body, (covered) => core.keys.hmac(keys.hmacUp, covered));
    const pdu = encodeManagement(identity.primaryCid, message, crc);
    onPdu?.(pdu, 'up');
    this.#out.send(bs, pdu);
    this.#out.count('keyRequests');
  }
}
