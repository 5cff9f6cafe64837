/** What a thread runs first. */
import 'reflect-metadata';
import { workerData } from 'node:worker_threads';
import type { ThreadStart } from '../protocol.js';
import { ThreadProgram } from './program.js';

void new ThreadProgram(workerData as ThreadStart).run();
