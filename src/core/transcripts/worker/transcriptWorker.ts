import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerRole } from './messages';
import { serveEngine } from './serveEngine';
import { serveUnpacking } from './serveUnpacking';

// One bundle for both threads: it lies where its caller says, and knows its own place from Node.
const given = workerData as WorkerRole;
if (parentPort !== null) {
  if (given.role === 'engine') {
    void serveEngine(parentPort, given, process.argv[1] ?? '');
  } else {
    void serveUnpacking(parentPort, given);
  }
}
