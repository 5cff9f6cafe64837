#!/usr/bin/env node
/** The `mode-worker` binary. */

import { processHost } from './host.js';
import { main } from './program.js';

void main(process.argv.slice(2), processHost());
