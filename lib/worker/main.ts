#!/usr/bin/env node
/** The `mode-worker` binary. */

import { processHost } from './process-host.js';
import { main } from './program.js';

void main(process.argv.slice(2), processHost());
