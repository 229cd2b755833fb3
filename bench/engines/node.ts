// Another Node: reads an order from standard input, answers on standard output.
import { readFileSync } from 'node:fs';
import { measure } from './measure.js';

process.stdout.write(JSON.stringify(measure(JSON.parse(readFileSync(0, 'utf8')))));
