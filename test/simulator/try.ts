import { Simulator } from './simulator.js';
const [seed=1, days=2, stations=40, groups=4] = process.argv.slice(2).map(Number);
const sim = new Simulator({ seed, days, stations, groups, broken: process.env['BREAK'] as never, onProgress: (d, e) => console.error(d, e) });
const { summary, counts } = sim.run();
console.log(JSON.stringify(summary, null, 1).slice(0, 3000)); console.log(counts);
console.log(Math.round(process.memoryUsage().rss/1e6), 'MB');
