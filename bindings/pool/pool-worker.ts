// `tekcast/pool-worker`: the file a pool's worker runs.
import { workerPort } from './port.js';
import { serve } from './server.js';

serve(workerPort());
