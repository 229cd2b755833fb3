/// <reference types="vite/client" />
// The rulings tested and the rulings written down are the same set.
import { expect, test } from 'vitest';
import { cases } from './ruling.js';

const files = import.meta.glob<string>('./*.test.ts', { query: '?raw', import: 'default', eager: true });
const named = Object.entries(files)
  .filter(([path]) => !path.endsWith('table.test.ts'))
  .flatMap(([, source]) => [...source.matchAll(/\bruling\(\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|`([^`]*)`)/g)])
  .map(([, single, double, back]) => single ?? double ?? back);

test('every ruling has a test, and every test a ruling', () => {
  expect(cases.length).toBeGreaterThan(30);
  expect([...new Set(named)].sort()).toEqual([...cases].sort());
});

test('no ruling stands twice', () => {
  expect(new Set(cases).size).toBe(cases.length);
});
