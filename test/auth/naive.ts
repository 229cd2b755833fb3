// The same two machines written once more, as plain code after the standard's letters and numbers, so that table and interpreter have
// something to be compared with. Nothing of bindings/auth is used here.

/** Authorization: event 1 to 8; what it makes the SS do. */
export class NaiveAuthorization {
  at = 'A';

  event(n: number): string[] {
    const request = ['request', 'reauth timer'];
    if (this.at === 'A' && n === 1) return this.go('B', ['info', 'request', 'auth timer']);
    if (this.at === 'B' && n === 5) return this.go('B', ['info', 'repeat', 'auth timer']);
    if (this.at === 'D' && n === 5) return this.go('D', ['repeat', 'reauth timer']);
    if (this.at === 'E' && n === 5) return this.go('A', []);
    if (this.at === 'B' || this.at === 'D') {
      const stop = this.at === 'D' ? ['stop all'] : [];
      if (n === 2) return this.go('E', ['no retry', ...stop, 'reject timer']);
      if (n === 3) return this.go('F', ['no retry', 'stop all', 'silence']);
      if (n === 4) return this.go('C', ['no retry', 'store', 'grace timer', 'authorize']);
    }
    if (this.at === 'D' && n === 7) return this.go('D', ['pend']);
    if (this.at === 'C' && n === 6) return this.go('D', request);
    if (this.at === 'C' && n === 7) return this.go('D', ['no grace', 'pend', ...request]);
    if (this.at === 'C' && n === 8) return this.go('D', ['no grace', ...request]);
    return [];
  }

  private go(to: string, does: string[]): string[] {
    this.at = to;
    return does;
  }
}

export const AUTH_WORDS: Record<string, string> = {
  SEND_INFO: 'info',
  SEND_REQUEST: 'request',
  REPEAT_REQUEST: 'repeat',
  START_AUTH_WAIT: 'auth timer',
  START_REAUTH_WAIT: 'reauth timer',
  START_REJECT_WAIT: 'reject timer',
  CLEAR_RETRY: 'no retry',
  START_GRACE: 'grace timer',
  CLEAR_GRACE: 'no grace',
  STORE_AK: 'store',
  AUTHORIZE_TEKS: 'authorize',
  PEND_TEKS: 'pend',
  STOP_TEKS: 'stop all',
  BE_SILENT: 'silence',
};

/** TEK: not a state but the facts behind it, from which the letter follows. Event 1 to 9. */
export class NaiveTek {
  keys = false;
  waiting = false;
  pended = false;

  get at(): string {
    if (this.pended) return this.keys ? 'F' : 'C';
    if (this.waiting) return this.keys ? 'E' : 'B';
    return this.keys ? 'D' : 'A';
  }

  event(n: number): string[] {
    const before = { keys: this.keys, waiting: this.waiting, pended: this.pended };
    const idle = !before.waiting && !before.pended;
    const ask = (how: string) => {
      this.waiting = true;
      this.pended = false;
      return [how, this.keys ? 'rekey timer' : 'op timer'];
    };
    const noRetry = before.waiting ? ['no retry'] : [];
    switch (n) {
      case 1:
      case 9: {
        if (n === 9 && !before.waiting) return [];
        const noRefresh = before.keys && idle ? ['no refresh'] : [];
        Object.assign(this, { keys: false, waiting: false, pended: false });
        return [...noRetry, ...noRefresh, ...(before.keys ? ['drop'] : [])];
      }
      case 2:
        return idle && !before.keys ? ask('request') : [];
      case 3:
        if (!before.waiting) return [];
        Object.assign(this, { waiting: false, pended: true });
        return ['no retry'];
      case 4:
        return before.pended ? ask('request') : [];
      case 5:
        return idle && before.keys ? ['no refresh', ...ask('request')] : [];
      case 6:
        return before.waiting ? ask('repeat') : [];
      case 7:
        return idle && before.keys ? ask('request') : [];
      case 8:
        if (idle) return [];
        Object.assign(this, { keys: true, waiting: false, pended: false });
        return [...noRetry, 'install', 'refresh timer'];
      default:
        return [];
    }
  }
}

export const TEK_WORDS: Record<string, string> = {
  REQUEST: 'request',
  REPEAT: 'repeat',
  START_OP_WAIT: 'op timer',
  START_REKEY_WAIT: 'rekey timer',
  CLEAR_RETRY: 'no retry',
  INSTALL: 'install',
  START_REFRESH: 'refresh timer',
  CLEAR_REFRESH: 'no refresh',
  DROP_KEYS: 'drop',
};
