#!/usr/bin/env node
/** The `mode-worker` binary. */

import { leaveOnEarlySignals, processHost } from './host.js';

leaveOnEarlySignals();
// Everything else takes a while to load, and a signal may arrive meanwhile.
void import('./program.js').then(({ main }) => main(process.argv.slice(2), processHost()));
