// Browsers: a page on 127.0.0.1 that holds `measure`, isolated so that its clock is fine; driven by what drives the tests.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import type { browsers } from '../../scripts/browsers.mjs';
import type { Order, Taken } from './types.js';

const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

type Measure = (order: Order) => Taken;

/** An engine that is there. */
export interface Engine {
  /** Name and version. */
  readonly name: string;
  measure(order: Order): Promise<Taken>;
  end(): Promise<void>;
}

/** Serves one page with `script` in it; `close` ends that. */
export async function servePage(script: string): Promise<{ url: string; close(): void }> {
  const page = `<!doctype html><meta charset="utf-8"><title>tekcast</title><script type="module" src="/measure.js"></script>`;
  const server = createServer(({ url }, response) => {
    const [type, body] = url === '/measure.js' ? ['text/javascript', script] : ['text/html', page];
    response.writeHead(200, { ...ISOLATED, 'Content-Type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

export async function browserEngine({ name, path, args }: (typeof browsers)[number], url: string): Promise<Engine> {
  const inPage = (order: Order) => (globalThis as unknown as { measure: Measure }).measure(order);
  if (name === 'chromium') {
    const browser = await chromium.launch({ executablePath: path, args });
    const page = await browser.newPage();
    await page.goto(url);
    return {
      name: `Chromium ${browser.version()}`,
      measure: (order) => page.evaluate(inPage, order),
      end: () => browser.close(),
    };
  }
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath: path, headless: true });
  const page = await browser.newPage();
  await page.goto(url);
  return {
    name: (await browser.version()).replace(/^\w/, (c) => c.toUpperCase()).replace('/', ' '),
    measure: (order) => page.evaluate(inPage, order),
    end: () => browser.close(),
  };
}
