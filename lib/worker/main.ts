#!/usr/bin/env node
/** The `mode-worker` binary. */

import { leaveOnEarlySignals, processHost } from './host.js';

const args = process.argv.slice(2);
leaveOnEarlySignals(args);
// Everything else takes a while to load, and a signal may arrive meanwhile.
void import('./program.js').then(({ main }) => main(args, processHost()));
