// The script of the page: `measure`, where the driver of the browser finds it.
import { measure } from './measure.js';

(globalThis as unknown as { measure: typeof measure }).measure = measure;
